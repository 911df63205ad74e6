#include "service/reading_links.hpp"

#include "base/text.hpp"
#include "workshop.hpp"

#include <gtest/gtest.h>

namespace signet::service {
namespace {

using model::Contract;
using model::ContractStatus;
using store::links::Link;
using store::links::LinkKind;
using namespace known;

class ReadingLinksTest : public testing::Test {
  protected:
    /// A contract of its own for each test; the shop is shared.
    struct Office : Workshop {
        ReadingLinks reading{platform, people, book, downloads, proof};
    };
    static Office& shop() {
        static Office one;
        return one;
    }
    static std::int64_t next() {
        static std::int64_t last = 7000;
        return ++last;
    }

    Contract& contract(ContractStatus status = ContractStatus::Signing) {
        contract_ = contract_of(next(), status);
        contract_.create_time = shop().desk.clock().now();
        if (status != ContractStatus::Draft) contract_.publish_time = contract_.create_time;
        for (model::Signatory& party : contract_.signatories)
            party.status = status == ContractStatus::Signing ? model::SignatoryStatus::Signing : party.status;
        return contract_;
    }
    Locator kept() {
        shop().put(contract_);
        return {contract_.id, {}, {}};
    }
    ViewCommand view(Locator locator) {
        ViewCommand command;
        command.locator = std::move(locator);
        return command;
    }
    static std::string token_of(const std::string& url) { return url.substr(url.find_last_of("/=") + 1); }
    static Link kept_link(const std::string& url) {
        auto link = shop().link(token_of(url));
        if (!link) throw std::runtime_error("no link behind " + url);
        return *link;
    }
    static std::string code_for(const std::string& contact) {
        std::string found;
        for (const PersonalMessage& message : shop().messages()) {
            if (message.to == contact) found = code_in(message.text);
        }
        return found;
    }

    Contract contract_;
};

TEST_F(ReadingLinksTest, a_view_link_lives_half_an_hour_and_names_nobody) {
    contract();
    ViewCommand command = view(kept());
    command.document = contract_.documents[1].id;
    command.theme_color = "#112233";
    command.print_button = false;
    const auto url = shop().reading.view_url(shop().caller(), command);
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->starts_with("http://signet.invalid/contract/view/"));
    const Link link = kept_link(*url);
    EXPECT_EQ(link.kind, LinkKind::View);
    EXPECT_EQ(link.contract, contract_.id);
    EXPECT_EQ(link.document, contract_.documents[1].id);
    EXPECT_TRUE(link.user.empty());
    EXPECT_EQ(link.application, "token");
    EXPECT_EQ(link.language, "cn") << "the initiator's language when none is named";
    EXPECT_EQ(link.theme_color, "#112233");
    EXPECT_FALSE(link.hide_download);
    EXPECT_TRUE(link.hide_print);
    EXPECT_EQ(link.expire_time - link.create_time, std::chrono::minutes(30));
}

TEST_F(ReadingLinksTest, a_view_ticket_is_no_link) {
    contract();
    const auto ticket = shop().reading.view_ticket(shop().caller(), view(kept()));
    ASSERT_TRUE(ticket);
    EXPECT_EQ(kept_link(*ticket).kind, LinkKind::ViewTicket);
    EXPECT_EQ(shop().reading.short_view(*ticket).error().code, ErrorCode::LinkNotFound);
    EXPECT_EQ(shop().reading.download(*ticket).error().code, ErrorCode::LinkNotFound);
}

TEST_F(ReadingLinksTest, a_draft_can_be_viewed_once_it_has_a_document) {
    contract(ContractStatus::Draft);
    EXPECT_TRUE(shop().reading.view_url(shop().caller(), view(kept())));
    contract(ContractStatus::Draft).documents.clear();
    EXPECT_EQ(shop().reading.view_url(shop().caller(), view(kept())).error().code, ErrorCode::DocumentRequired);
}

TEST_F(ReadingLinksTest, a_view_opens_only_at_documents_of_the_contract) {
    contract();
    ViewCommand command = view(kept());
    command.document = {1};
    EXPECT_EQ(shop().reading.view_url(shop().caller(), command).error().code, ErrorCode::InvalidParameter);
}

TEST_F(ReadingLinksTest, nobody_gets_links_to_contracts_that_are_not_his_business) {
    contract();
    const Locator locator = kept();
    const Caller stranger = shop().caller(kStranger);
    EXPECT_EQ(shop().reading.view_url(stranger, view(locator)).error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(shop().reading.short_url(stranger, locator, {}).error().code, ErrorCode::PermissionDenied);
    EXPECT_EQ(shop().reading.download_urls(stranger, locator, {DownloadItem::Contract}, false).error().code,
              ErrorCode::PermissionDenied);
    EXPECT_EQ(shop().reading.view_url(shop().caller(), view({{1}, {}, {}})).error().code, ErrorCode::ContractNotFound);
}

TEST_F(ReadingLinksTest, the_page_before_sending_is_for_drafts_alone) {
    AppointCommand command;
    command.page_type = "FILL_PARAMETERS";
    command.allowed_send = true;
    command.shows_places = false;
    command.lifetime = std::chrono::minutes(90);
    contract(ContractStatus::Draft);
    command.locator = kept();
    const auto url = shop().reading.appoint_url(shop().caller(), command);
    ASSERT_TRUE(url);
    EXPECT_TRUE(
        url->starts_with("http://signet.invalid/contract/appoint/" + to_string(contract_.id) + "?openPageToken="));
    const Link link = kept_link(*url);
    EXPECT_EQ(link.kind, LinkKind::Appoint);
    EXPECT_EQ(link.page_type, "FILL_PARAMETERS");
    EXPECT_TRUE(link.can_send && link.can_save && link.shows_parameters);
    EXPECT_FALSE(link.shows_places);
    EXPECT_EQ(link.expire_time - link.create_time, std::chrono::minutes(90));
    for (const ContractStatus status : {ContractStatus::Filling, ContractStatus::Signing, ContractStatus::Complete,
                                        ContractStatus::Recalled, ContractStatus::Invalided}) {
        contract(status);
        command.locator = kept();
        EXPECT_EQ(shop().reading.appoint_url(shop().caller(), command).error().code, ErrorCode::InvalidContractStatus)
            << model::to_wire(status);
    }
}

TEST_F(ReadingLinksTest, a_short_link_is_short_and_not_for_drafts) {
    contract();
    const auto url = shop().reading.short_url(shop().caller(), kept(), {});
    ASSERT_TRUE(url);
    EXPECT_EQ(url->size(), std::string("http://signet.invalid/s/").size() + 20);
    const Link link = kept_link(*url);
    EXPECT_EQ(link.kind, LinkKind::Short);
    EXPECT_EQ(link.expire_time - link.create_time, std::chrono::hours(24 * 731)) << "never for ever";
    contract(ContractStatus::Draft);
    EXPECT_EQ(shop().reading.short_url(shop().caller(), kept(), {}).error().code, ErrorCode::InvalidContractStatus);
}

TEST_F(ReadingLinksTest, a_short_link_for_a_contact_wants_one_that_takes_part) {
    contract();
    const Locator locator = kept();
    EXPECT_EQ(shop().reading.short_url(shop().caller(), locator, "13700000000").error().code,
              ErrorCode::NoViewPermission);
    const auto url = shop().reading.short_url(shop().caller(), locator, " " + kNobody.contact + " ");
    ASSERT_TRUE(url);
    EXPECT_EQ(kept_link(*url).user.contact, kNobody.contact);
    const auto seen = shop().reading.short_view(token_of(*url));
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->subject, "采购合同");
    EXPECT_EQ(seen->sponsor, "甲方测试有限公司");
    EXPECT_EQ(seen->masked_contact, mask_contact(kNobody.contact));
    const auto open = shop().reading.short_view(token_of(*shop().reading.short_url(shop().caller(), locator, {})));
    ASSERT_TRUE(open);
    EXPECT_EQ(open->masked_contact, "");
}

TEST_F(ReadingLinksTest, a_short_link_ends_with_the_contract_but_for_a_complete_one) {
    using enum ContractStatus;
    for (const auto& [status, opens] : std::vector<std::pair<ContractStatus, bool>>{{Filling, true},
                                                                                    {Signing, true},
                                                                                    {Complete, true},
                                                                                    {Invaliding, true},
                                                                                    {Rejected, false},
                                                                                    {Recalled, false},
                                                                                    {Expired, false},
                                                                                    {Invalided, false},
                                                                                    {ForceEnd, false}}) {
        contract();
        const std::string token = token_of(*shop().reading.short_url(shop().caller(), kept(), {}));
        Contract later = **shop().book.find(contract_.id);
        later.status = status;
        shop().put(std::move(later));
        const auto seen = shop().reading.short_view(token);
        EXPECT_EQ(seen.operator bool(), opens) << model::to_wire(status);
        if (!opens) {
            EXPECT_EQ(seen.error().code, ErrorCode::LinkExpired);
        }
    }
}

TEST_F(ReadingLinksTest, the_printed_code_outlives_the_contract) {
    for (const auto& [status, opens] : std::vector<std::pair<ContractStatus, bool>>{
             {ContractStatus::Draft, false}, {ContractStatus::Signing, true}, {ContractStatus::Recalled, true}}) {
        contract(status);
        kept();
        const std::string token = code_token(shop().platform, {contract_.id, model::ViewPermission::Private, false});
        const auto seen = shop().reading.short_view(token);
        EXPECT_EQ(seen.operator bool(), opens) << model::to_wire(status);
        if (!opens) {
            EXPECT_EQ(seen.error().code, ErrorCode::LinkNotFound);
        }
    }
}

TEST_F(ReadingLinksTest, a_link_that_is_too_old_says_so_and_an_unknown_one_is_none) {
    contract();
    const std::string token = token_of(*shop().reading.short_url(shop().caller(), kept(), {}));
    EXPECT_EQ(shop().reading.short_view("no such token").error().code, ErrorCode::LinkNotFound);
    shop().desk.clock().advance(std::chrono::hours(24 * 732));
    EXPECT_EQ(shop().reading.short_view(token).error().code, ErrorCode::LinkExpired);
}

TEST_F(ReadingLinksTest, who_takes_part_enters_with_a_code_and_may_refuse) {
    contract();
    const std::string token = token_of(*shop().reading.short_url(shop().caller(), kept(), {}));
    EXPECT_EQ(shop().reading.short_enter(token, kNobody.contact, "").error().code, ErrorCode::CodeRequired);
    EXPECT_EQ(shop().reading.short_enter(token, kNobody.contact, "123456").error().code, ErrorCode::CodeExpired);
    ASSERT_TRUE(shop().reading.short_code(token, kNobody.contact));
    const std::string code = code_for(kNobody.contact);
    EXPECT_EQ(shop().reading.short_enter(token, kNobody.contact, code == "000000" ? "1" : "000000").error().code,
              ErrorCode::CodeWrong);
    const auto url = shop().reading.short_enter(token, kNobody.contact, code);
    ASSERT_TRUE(url);
    const Link page = kept_link(*url);
    EXPECT_EQ(page.kind, LinkKind::PageUrl);
    EXPECT_EQ(page.signatory, contract_.signatories[1].id);
    EXPECT_EQ(page.user.contact, kNobody.contact);
    EXPECT_TRUE(page.can_reject);
    EXPECT_EQ(page.expire_time - page.create_time, std::chrono::minutes(30));
    EXPECT_EQ(shop().reading.short_enter(token, kNobody.contact, code).error().code, ErrorCode::CodeExpired)
        << "a code serves once";
}

TEST_F(ReadingLinksTest, a_stranger_learns_nothing_and_gets_nothing) {
    contract();
    const std::string token = token_of(*shop().reading.short_url(shop().caller(), kept(), {}));
    const std::size_t before = shop().messages().size();
    EXPECT_TRUE(shop().reading.short_code(token, "13700000001")) << "the same answer as for who takes part";
    EXPECT_EQ(shop().messages().size(), before);
    EXPECT_EQ(shop().reading.short_enter(token, "13700000001", "123456").error().code, ErrorCode::CodeExpired);
}

TEST_F(ReadingLinksTest, the_contact_of_the_link_counts_whatever_is_entered) {
    contract().signatories[1].receiver = mobile("13900000077");
    const std::string token = token_of(*shop().reading.short_url(shop().caller(), kept(), "13900000077"));
    ASSERT_TRUE(shop().reading.short_code(token, "13700000001"));
    const auto url = shop().reading.short_enter(token, "13700000001", code_for("13900000077"));
    ASSERT_TRUE(url);
    EXPECT_EQ(kept_link(*url).user.contact, "13900000077");
}

TEST_F(ReadingLinksTest, who_was_taken_out_after_his_code_was_sent_does_not_enter) {
    contract().signatories[1].receiver = mobile("13900000078");
    const std::string token = token_of(*shop().reading.short_url(shop().caller(), kept(), "13900000078"));
    ASSERT_TRUE(shop().reading.short_code(token, {}));
    Contract later = **shop().book.find(contract_.id);
    later.signatories[1].receiver = mobile("13900000079");
    shop().put(std::move(later));
    EXPECT_EQ(shop().reading.short_enter(token, {}, code_for("13900000078")).error().code, ErrorCode::NoViewPermission);
}

TEST_F(ReadingLinksTest, downloads_have_a_link_for_each_file_or_one_for_the_package) {
    contract();
    const Locator locator = kept();
    const auto each =
        shop().reading.download_urls(shop().caller(), locator, {DownloadItem::Contract, DownloadItem::SignLog}, false);
    ASSERT_TRUE(each);
    ASSERT_EQ(each->size(), 3U);
    EXPECT_EQ((*each)[0].document, contract_.documents[0].id);
    EXPECT_FALSE((*each)[0].contract) << "a document is told by its own id";
    EXPECT_EQ((*each)[1].document, contract_.documents[1].id);
    EXPECT_EQ((*each)[2].items, "SIGNLOG");
    EXPECT_EQ((*each)[2].contract, contract_.id);
    for (const DownloadLink& one : *each) {
        const Link link = kept_link(one.url);
        EXPECT_EQ(link.kind, LinkKind::Download);
        EXPECT_FALSE(link.compressed);
        EXPECT_EQ(link.expire_time - link.create_time, std::chrono::minutes(60));
    }
    EXPECT_EQ(kept_link((*each)[1].url).number, 1);
    const auto whole =
        shop().reading.download_urls(shop().caller(), locator, {DownloadItem::Contract, DownloadItem::SignLog}, true);
    ASSERT_TRUE(whole);
    ASSERT_EQ(whole->size(), 1U);
    EXPECT_EQ(whole->front().items, "CONTRACT,SIGNLOG");
    EXPECT_EQ(whole->front().title, "采购合同");
    EXPECT_TRUE(kept_link(whole->front().url).compressed);
}

TEST_F(ReadingLinksTest, what_does_not_exist_has_no_download_link) {
    contract();
    EXPECT_EQ(shop().reading.download_urls(shop().caller(), kept(), {DownloadItem::Attachment}, false).error().code,
              ErrorCode::InvalidParameter);
}

TEST_F(ReadingLinksTest, a_download_link_that_is_too_old_brings_nothing) {
    contract();
    const auto links = shop().reading.download_urls(shop().caller(), kept(), {DownloadItem::Contract}, true);
    ASSERT_TRUE(links);
    const std::string token = token_of(links->front().url);
    shop().desk.clock().advance(std::chrono::minutes(61));
    EXPECT_EQ(shop().reading.download(token).error().code, ErrorCode::LinkExpired);
}

}  // namespace
}  // namespace signet::service
