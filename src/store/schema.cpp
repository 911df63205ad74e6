#include "store/schema.hpp"

namespace signet::store {

std::vector<Migration> schema() {
    std::vector<Migration> migrations = layer_migrations();
    migrations.push_back({100, "directory", R"(
        CREATE TABLE setting (name TEXT PRIMARY KEY, value {bytes} NOT NULL);
        CREATE TABLE company (
            id {id}, name TEXT NOT NULL, register_no TEXT NOT NULL, platform BOOLEAN NOT NULL, create_time BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX company_name ON company (name);
        CREATE TABLE employee (
            id {id}, company BIGINT NOT NULL REFERENCES company (id), name TEXT NOT NULL, mobile TEXT NOT NULL,
            email TEXT NOT NULL, number TEXT NOT NULL, roles TEXT NOT NULL, dismissed BOOLEAN NOT NULL,
            create_time BIGINT NOT NULL
        );
        CREATE INDEX employee_mobile ON employee (company, mobile);
        CREATE INDEX employee_email ON employee (company, email);
        CREATE INDEX employee_number ON employee (company, number);
        CREATE TABLE application (
            id {id}, company BIGINT NOT NULL REFERENCES company (id), name TEXT NOT NULL, token TEXT NOT NULL,
            wrapped_secret {bytes} NOT NULL, enabled BOOLEAN NOT NULL, require_nonce BOOLEAN NOT NULL,
            window_with_nonce BIGINT NOT NULL, window_without_nonce BIGINT NOT NULL, allowed_addresses TEXT NOT NULL,
            create_time BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX application_token ON application (token);
        CREATE TABLE category (
            id {id}, company BIGINT NOT NULL REFERENCES company (id), name TEXT NOT NULL, is_primary BOOLEAN NOT NULL,
            add_after_sending BOOLEAN NOT NULL, stamper_rule TEXT NOT NULL, expire_days BIGINT NOT NULL,
            create_time BIGINT NOT NULL, modify_time BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX category_name ON category (company, name);
        CREATE TABLE seal (
            id {id}, company BIGINT NOT NULL REFERENCES company (id), name TEXT NOT NULL, type TEXT NOT NULL,
            status TEXT NOT NULL, specification TEXT NOT NULL, design TEXT NOT NULL, users TEXT NOT NULL,
            create_time BIGINT NOT NULL, modify_time BIGINT NOT NULL
        );
        CREATE INDEX seal_company ON seal (company);
        CREATE TABLE nonce (
            application BIGINT NOT NULL, nonce TEXT NOT NULL, expires BIGINT NOT NULL, PRIMARY KEY (application, nonce)
        );
        CREATE INDEX nonce_expires ON nonce (expires);
    )"});
    migrations.push_back({101, "contracts", R"(
        CREATE TABLE contract (
            id {id}, company BIGINT NOT NULL REFERENCES company (id), biz_id TEXT, status SMALLINT NOT NULL,
            category BIGINT NOT NULL, create_time BIGINT NOT NULL, publish_time BIGINT, deadline BIGINT,
            version BIGINT NOT NULL, body TEXT NOT NULL
        );
        CREATE UNIQUE INDEX contract_biz_id ON contract (company, biz_id) WHERE biz_id IS NOT NULL;
        CREATE INDEX contract_deadline ON contract (deadline) WHERE deadline IS NOT NULL;
        CREATE TABLE document (
            id {id}, contract BIGINT NOT NULL REFERENCES contract (id), length BIGINT NOT NULL, revision BIGINT NOT NULL
        );
        CREATE INDEX document_contract ON document (contract);
        CREATE TABLE sign_intent (action BIGINT PRIMARY KEY, contract BIGINT NOT NULL, time BIGINT NOT NULL);
    )"});
    migrations.push_back({102, "links", R"(
        CREATE TABLE link (
            token_hash TEXT PRIMARY KEY, kind SMALLINT NOT NULL, contract BIGINT NOT NULL, signatory BIGINT NOT NULL,
            options TEXT NOT NULL, create_time BIGINT NOT NULL, expire_time BIGINT NOT NULL, bound_client TEXT NOT NULL
        );
        CREATE INDEX link_expire_time ON link (expire_time);
        CREATE TABLE code (
            key TEXT PRIMARY KEY, code_hash TEXT NOT NULL, sent_time BIGINT NOT NULL, expire_time BIGINT NOT NULL,
            failures BIGINT NOT NULL
        );
        CREATE TABLE session (
            client_hash TEXT NOT NULL, token_hash TEXT NOT NULL, open_time BIGINT NOT NULL, until BIGINT NOT NULL,
            PRIMARY KEY (client_hash, token_hash)
        );
        CREATE INDEX session_until ON session (until);
        CREATE TABLE password_window (key TEXT PRIMARY KEY, until BIGINT NOT NULL);
        CREATE TABLE inbox (
            id {id}, channel TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, time BIGINT NOT NULL
        );
    )"});
    // Every request adds a nonce: a table without further indexes grows at its end alone. Memory tells them apart.
    migrations.push_back({103, "nonces in a row", R"(
        DROP TABLE nonce;
        CREATE TABLE nonce (
            id {serial}, application BIGINT NOT NULL, nonce TEXT NOT NULL, expires BIGINT NOT NULL
        );
    )"});
    // Groups of companies, categories that prescribe flows and viewers, passwords and proven identities of signers.
    migrations.push_back({104, "groups, policies, passwords", R"(
        ALTER TABLE company ADD COLUMN parent BIGINT NOT NULL DEFAULT 0;
        ALTER TABLE category ADD COLUMN policy TEXT NOT NULL DEFAULT '{}';
        CREATE TABLE password (person TEXT PRIMARY KEY, hash TEXT NOT NULL, time BIGINT NOT NULL);
        DROP TABLE password_window;
        CREATE TABLE password_window (key TEXT PRIMARY KEY, until BIGINT NOT NULL, failures BIGINT NOT NULL);
        CREATE TABLE identity_proof (
            signatory BIGINT NOT NULL, person TEXT NOT NULL, failures BIGINT NOT NULL, proven_time BIGINT,
            PRIMARY KEY (signatory, person)
        );
    )"});
    // Who may act in which contract now, by a keyed digest of the person's contact.
    migrations.push_back({105, "turns", R"(
        CREATE TABLE turn (
            person TEXT NOT NULL, contract BIGINT NOT NULL REFERENCES contract (id), PRIMARY KEY (person, contract)
        );
        CREATE INDEX turn_contract ON turn (contract);
    )"});
    // Which companies on record take part in which contract, for the lists of what was sent and received.
    migrations.push_back({106, "parties", R"(
        CREATE TABLE party (
            company BIGINT NOT NULL, contract BIGINT NOT NULL REFERENCES contract (id), PRIMARY KEY (company, contract)
        );
        CREATE INDEX party_contract ON party (contract);
        CREATE INDEX contract_company ON contract (company, create_time);
    )"});
    // Nodes that sign themselves, and what people allow a company to sign in their name.
    migrations.push_back({107, "automatic signing and grants", R"(
        CREATE TABLE automatic_signing (
            contract BIGINT PRIMARY KEY, due BIGINT NOT NULL, tries BIGINT NOT NULL
        );
        CREATE INDEX automatic_signing_due ON automatic_signing (due);
        CREATE TABLE personal_grant (
            id {id}, application BIGINT NOT NULL, company BIGINT NOT NULL, person TEXT NOT NULL, content TEXT NOT NULL,
            signature {bytes} NOT NULL, deadline BIGINT NOT NULL, create_time BIGINT NOT NULL, cancel_time BIGINT
        );
        CREATE INDEX personal_grant_person ON personal_grant (person, company);
        CREATE TABLE grant_request (
            token_hash TEXT PRIMARY KEY, content TEXT NOT NULL, create_time BIGINT NOT NULL, expire_time BIGINT NOT NULL,
            failures BIGINT NOT NULL, granted BIGINT
        );
        CREATE INDEX grant_request_expire_time ON grant_request (expire_time);
    )"});
    // Which contract a party of a sent contract belongs to, for calls that name the party alone; and the drafts by age.
    migrations.push_back({108, "parties by id", R"(
        CREATE TABLE signatory (id {id}, contract BIGINT NOT NULL REFERENCES contract (id));
        CREATE INDEX signatory_contract ON signatory (contract);
        INSERT INTO signatory (id, contract)
            SELECT json_extract(party.value, '$.id'), contract.id
            FROM contract, json_each(contract.body, '$.signatories') AS party WHERE contract.status <> 0;
        CREATE INDEX contract_draft ON contract (create_time) WHERE status = 0;
    )"});
    // Which completed contracts want validation data and document time-stamps, now or when those they have grow old;
    // and which certificates of the own CA were revoked.
    migrations.push_back({109, "lasting signatures", R"(
        CREATE TABLE preservation (
            contract {id}, due BIGINT NOT NULL, attempts BIGINT NOT NULL, problem TEXT NOT NULL
        );
        CREATE INDEX preservation_due ON preservation (due);
        CREATE TABLE revocation (
            serial_number TEXT NOT NULL PRIMARY KEY, time BIGINT NOT NULL, reason SMALLINT NOT NULL
        );
    )"});
    // Files with blanks, and documents whose bytes were made anew when a party had filled them in.
    migrations.push_back({110, "templates", R"(
        CREATE TABLE template (
            id {id}, company BIGINT NOT NULL REFERENCES company (id), title TEXT NOT NULL, enabled BOOLEAN NOT NULL,
            blob TEXT NOT NULL, suffix TEXT NOT NULL, params TEXT NOT NULL, create_time BIGINT NOT NULL,
            modify_time BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX template_title ON template (company, title);
        ALTER TABLE document ADD COLUMN file BIGINT NOT NULL DEFAULT 0;
        CREATE INDEX document_file ON document (file) WHERE file <> 0;
    )"});
    // Files that nobody may read any more, until they are gone from the disk.
    migrations.push_back({111, "files to remove", R"(
        CREATE TABLE file_removal (document BIGINT PRIMARY KEY);
    )"});
    // Digests that business systems had recorded with a time-stamp, and the papers made about them; `record` is 0 in
    // one about documents alone.
    migrations.push_back({112, "recorded evidence", R"(
        CREATE TABLE chain_record (
            id {id}, application BIGINT NOT NULL, data_id TEXT NOT NULL, algorithm TEXT NOT NULL, hash TEXT NOT NULL,
            content TEXT NOT NULL, token {bytes} NOT NULL, time BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX chain_record_data ON chain_record (application, data_id);
        CREATE TABLE chain_proof (
            id {id}, application BIGINT NOT NULL, record BIGINT NOT NULL, blob TEXT NOT NULL,
            create_time BIGINT NOT NULL
        );
    )"});
    // The files that parties were shown, in every state they had: so that whoever has one can be told that it is ours.
    migrations.push_back({113, "hashes of documents", R"(
        CREATE TABLE document_hash (
            hash TEXT NOT NULL, document BIGINT NOT NULL REFERENCES document (id), PRIMARY KEY (hash, document)
        );
        CREATE INDEX document_hash_document ON document_hash (document);
        INSERT INTO document_hash (hash, document)
            SELECT json_extract(one.value, '$.sha256'), document.id
            FROM contract, json_each(contract.body, '$.documents') AS one
            JOIN document ON document.id = json_extract(one.value, '$.id')
            WHERE contract.status <> 0 AND json_extract(one.value, '$.sha256') <> '';
    )"});
    // Keys that companies and their people brought along.
    migrations.push_back({114, "signing keys", R"(
        CREATE TABLE signing_key (
            company BIGINT NOT NULL REFERENCES company (id), employee BIGINT NOT NULL, place SMALLINT NOT NULL,
            reference TEXT NOT NULL, wrapped_key {bytes} NOT NULL, chain {bytes} NOT NULL,
            create_time BIGINT NOT NULL, checked BIGINT, revoked TEXT NOT NULL, PRIMARY KEY (company, employee)
        );
    )"});
    // What the law wants remembered: to which content a code belongs, who had which page on his screen, what nobody may
    // delete, what was found when files were read back, and the second digest of what became final.
    migrations.push_back({115, "consent, reading, retention", R"(
        ALTER TABLE code ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
        ALTER TABLE code ADD COLUMN content TEXT NOT NULL DEFAULT '';
        CREATE TABLE page_view (
            person TEXT NOT NULL, document BIGINT NOT NULL, page BIGINT NOT NULL, time BIGINT NOT NULL,
            PRIMARY KEY (person, document, page)
        );
        CREATE TABLE legal_hold (contract {id}, reason TEXT NOT NULL, actor TEXT NOT NULL, time BIGINT NOT NULL);
        CREATE TABLE final_file (
            document {id}, contract BIGINT NOT NULL, length BIGINT NOT NULL, sha256 TEXT NOT NULL, sm3 TEXT NOT NULL,
            time BIGINT NOT NULL
        );
        CREATE INDEX final_file_open ON final_file (document) WHERE sm3 = '';
        CREATE TABLE damaged_file (document {id}, time BIGINT NOT NULL, fault TEXT NOT NULL);
    )"});
    // Companies whose seals are also put by the national algorithms.
    migrations.push_back({116, "national seals", R"(
        ALTER TABLE company ADD COLUMN national_seals BOOLEAN NOT NULL DEFAULT FALSE;
    )"});
    // Who people are and how they are reached is encrypted from here on; indexes over ciphertext find nothing.
    migrations.push_back({117, "personal data sealed", R"(
        DROP INDEX employee_mobile;
        DROP INDEX employee_email;
        UPDATE employee SET name = seal(name, 'employee/' || id), mobile = seal(mobile, 'employee/' || id),
            email = seal(email, 'employee/' || id);
        UPDATE category SET policy = seal(policy, 'category/' || id);
        UPDATE seal SET users = seal(users, 'seal/' || id);
        UPDATE contract SET body = seal(body, 'contract/' || id);
        UPDATE link SET options = seal(options, 'link/' || token_hash);
        UPDATE inbox SET recipient = seal(recipient, 'inbox'), text = seal(text, 'inbox');
        UPDATE outbox SET payload = seal(payload, 'outbox');
        UPDATE personal_grant SET content = seal(content, 'grant/' || id);
        UPDATE grant_request SET content = seal(content, 'grant-request/' || token_hash);
    )"});
    // Who hears of an application's contracts where nothing else says it.
    migrations.push_back({118, "callback of applications", R"(
        ALTER TABLE application ADD COLUMN callback_url TEXT NOT NULL DEFAULT '';
    )"});
    // One row: the greatest id that was given. What the operator gave ids to himself does not count.
    migrations.push_back({119, "mark of ids", R"(
        CREATE TABLE id_mark (only_one SMALLINT PRIMARY KEY, greatest BIGINT NOT NULL);
        INSERT INTO id_mark (only_one, greatest)
            SELECT 1, COALESCE(MAX(id), 0) FROM (
                SELECT id FROM contract UNION ALL SELECT id FROM document UNION ALL SELECT id FROM signatory
                UNION ALL SELECT id FROM company UNION ALL SELECT id FROM employee UNION ALL SELECT id FROM application
            ) AS given;
    )"});
    // What callbacks are signed and encrypted with. Ids of applications and of categories may be the same.
    migrations.push_back({120, "callback secrets", R"(
        CREATE TABLE callback_secret (
            kind SMALLINT NOT NULL, id BIGINT NOT NULL, wrapped_secret {bytes} NOT NULL, encryption TEXT NOT NULL,
            vector TEXT NOT NULL, PRIMARY KEY (kind, id)
        );
    )"});
    return migrations;
}

}  // namespace signet::store
