#pragma once

#include "base/result.hpp"
#include "model/directory.hpp"
#include "service/contract_book.hpp"
#include "service/directory.hpp"
#include "service/platform.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace signet::service {

/// What a person may ask for about himself (Personal Information Protection Law, Art. 44 to 47): a copy of what is kept
/// of him, and that it be deleted as far as no law keeps it. A person is known by a contact, a mobile number or a mail
/// address. Thread-safe.
class PeopleData {
  public:
    PeopleData(Platform& platform, Directory& directory, ContractBook& book)
        : platform_(platform), directory_(directory), book_(book) {}

    /// Everything as JSON: the entry in the directory, the contracts he has a part in and how, what he did in them by
    /// the log, authorisations, whether he has a password, how many pages he was shown. That it was handed out stands
    /// in the log. InvalidParameter for what is no contact.
    Result<std::string> copy_of(const std::string& contact, const std::string& actor) const;

    struct Erased {
        /// Contracts in which his contact stood and now does not.
        std::size_t contracts = 0;
        /// Contracts that a legal hold keeps as they are.
        std::vector<model::ContractId> held;
        std::size_t employees = 0;
        std::size_t links = 0;
        std::size_t messages = 0;
        std::size_t authorisations = 0;
        bool password = false;
    };
    /// Takes him out: passwords, links, codes, messages and sessions go; authorisations end; in the directory and in
    /// contracts that are over his contacts and names go where they stand by themselves. What he signed stays with the
    /// contract as long as that is kept, and so does the log, which never knew more than a masked contact. Errors:
    /// InvalidContractStatus while a contract runs that he has a part in, InvalidParameter.
    Result<Erased> erase(const std::string& contact, const std::string& actor);

  private:
    Result<std::vector<ContractPointer>> contracts_of(const model::User& person) const;
    Result<std::size_t> erase_from_directory(const model::User& person);
    Status erase_from(const ContractPointer& contract, const model::User& person, const std::string& actor);

    Platform& platform_;
    Directory& directory_;
    ContractBook& book_;
};

}  // namespace signet::service
