#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>

#include <boost/intrusive/list.hpp>

namespace signet::http {

/// Deadlines of many connections at the price of one timer. Moving a deadline later, which happens with every request,
/// costs one store; it fires up to one tick late. For one thread.
class TimerWheel {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds kTick{100};

    /// A time by which something must have happened. Leaves the wheel when it is destroyed.
    class Deadline
        : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
      public:
        /// `expired` may move or disarm this deadline but not destroy it.
        Deadline(TimerWheel& wheel, std::function<void()> expired) : wheel_(wheel), expired_(std::move(expired)) {}

        void set(Clock::time_point when) {
            when_ = when;
            if (!is_linked() || when_ < looked_at_) wheel_.insert(*this);
        }
        void disarm() { when_ = Clock::time_point::max(); }

      private:
        friend class TimerWheel;

        TimerWheel& wheel_;
        std::function<void()> expired_;
        Clock::time_point when_ = Clock::time_point::max();
        Clock::time_point looked_at_;  // when the slot that holds it comes round
    };

    explicit TimerWheel(Clock::time_point now) : turned_to_(now) {}

    /// Fires what is due. To be called about every tick.
    void turn(Clock::time_point now) {
        // After a standstill one whole turn sees everything.
        if (now - turned_to_ > kTick * kSlots) turned_to_ = now - kTick * kSlots;
        while (turned_to_ + kTick <= now) {
            turned_to_ += kTick;
            current_ = (current_ + 1) % kSlots;
            Slot due;
            due.swap(slots_[current_]);
            while (!due.empty())
                look_at(due.front(), now);
        }
    }

  private:
    static constexpr std::size_t kSlots = 256;
    using Slot = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;

    void insert(Deadline& deadline) {
        deadline.unlink();
        const auto ahead = deadline.when_ > turned_to_ ? (deadline.when_ - turned_to_) / kTick : 0;
        // Beyond the horizon it is looked at once a turn.
        const std::size_t ticks =
            static_cast<std::size_t>(ahead) < kSlots - 2 ? static_cast<std::size_t>(ahead) + 1 : kSlots - 1;
        deadline.looked_at_ = turned_to_ + kTick * ticks;
        slots_[(current_ + ticks) % kSlots].push_back(deadline);
    }

    void look_at(Deadline& deadline, Clock::time_point now) {
        deadline.unlink();
        if (deadline.when_ == Clock::time_point::max()) return;
        if (deadline.when_ > now) {
            insert(deadline);
            return;
        }
        deadline.disarm();
        deadline.expired_();
    }

    std::array<Slot, kSlots> slots_;
    std::size_t current_ = 0;
    Clock::time_point turned_to_;
};

}  // namespace signet::http
