import Testing

/// The same for what is refused, renewed, counted and listed.
@Suite struct RefusalCheckerTests {
    @Test func aRestorationUnderACutoff() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.logout(102, 103, revoked: 1, cutoff: 102)
            $0.restore("a", 104, 105)
        }
        #expect(found == [.restoredUnderCutoff])
        let refused = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 102, 103)
            $0.restore("a", 104, 105, .cutOff)
        }
        #expect(refused == [.refusedWithoutReason])
    }

    @Test func aRenewalUnderACutoff() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.logout(102, 103, revoked: 1, cutoff: 102)
            $0.renew("a", as: "b", 104, 105)
        }
        #expect(Set(found) == [.issuedUnderCutoff, .aliveThoughRevoked])
    }

    @Test func aRenewalThatLeavesTheOldOneOrTakesTheNewOne() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.renew("a", as: "b", 102, 103)
            $0.look("a", 104, 105)
            $0.look("b", 104, 105, denied: true)
        }
        #expect(Set(found) == [.aliveThoughRevoked, .revokedByNobody])
        #expect(found.count == 2)
        let twice = kinds {
            $0.issue("a", 100, 101)
            $0.renew("a", as: "b", 102, 103)
            $0.renew("a", as: "c", 104, 105)
        }
        #expect(twice == [.aliveThoughRevoked])
    }

    @Test func aRenewalOfWhichBothMayLive() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.add(
                .renew("a"), 102, 103, .inDoubt(Token(id: "b", user: "alice", issuedAt: 102)))
            $0.look("a", 104, 105)
            $0.look("b", 104, 105)
        }
        #expect(found.isEmpty)
        let neither = kinds {
            $0.issue("a", 100, 101)
            $0.add(
                .renew("a"), 102, 103, .inDoubt(Token(id: "b", user: "alice", issuedAt: 102)))
            $0.look("a", 104, 105, denied: true)
            $0.look("b", 104, 105, denied: true)
        }
        #expect(neither == [.revokedByNobody])
    }

    @Test(arguments: [
        (Action.renew("a"), 6, "revoked"), (.issue(user: "alice"), 6, "cut_off"),
        (.revoke("a", .user), 2, "not_found"), (.revoke("a", .token), 8, "read_back"),
        (.logout(user: "alice", keeping: "a"), 9, "not_found"),
    ])
    func aRefusalHasAReason(_ action: Action, _ status: Int, _ code: String) {
        let refused = kinds {
            $0.issue("a", 100, 101)
            $0.add(action, 102, 103, .refused(status, code: code))
        }
        #expect(refused == [.refusedWithoutReason])
        let explained = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 101.5, 103.5, .unknown)
            $0.restore("a", 101.5, 103.5, .unknown)
            $0.add(.logout(user: "alice", keeping: nil), 101.5, 103.5, .unknown)
            $0.add(action, 102, 103, .refused(status, code: code))
        }
        #expect(explained.isEmpty)
    }

    @Test(arguments: [
        Action.issue(user: "alice"), .renew("a"), .revoke("a", .token), .restore("a", .token),
        .logout(user: "alice", keeping: nil), .look("a", .verify), .list(user: "alice", .list),
    ])
    func otherStatusesAreWrong(_ action: Action) {
        for outcome in [Outcome.refused(1, code: "failure"), .unreadable("junk")] {
            let found = kinds {
                $0.issue("a", 100, 101)
                $0.add(action, 102, 103, outcome)
            }
            #expect(found == [.wrongStatus])
        }
    }

    @Test func aVerdictThatDoesNotFollow() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 102, 103)
            $0.look("a", 104, 105, denied: true, isActive: true)
        }
        #expect(found == [.wrongVerdict])
    }

    @Test func numbersThatDoNotAddUp() {
        let few = kinds {
            $0.issue("a", 100, 101)
            $0.issue("b", 100, 101)
            $0.logout(102, 103, revoked: 1, cutoff: 102)
        }
        #expect(few == [.wrongCounts])
        let many = kinds {
            $0.issue("a", 100, 101)
            $0.logout(102, 103, revoked: 1, already: 1, cutoff: 102)
        }
        #expect(many == [.wrongCounts])
        let dead = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 102, 103)
            $0.logout(104, 105, revoked: 1, cutoff: 104)
        }
        #expect(dead == [.wrongCounts])
        let kept = kinds {
            $0.issue("a", 100, 101)
            $0.logout(102, 103, keeping: "a", kept: 0, cutoff: 99)
        }
        #expect(kept == [.wrongCounts])
        let complete = kinds {
            $0.add(
                .logout(user: "alice", keeping: nil), 102, 103,
                .loggedOut(.init(cutoff: 102, isComplete: false)))
        }
        #expect(complete == [.wrongCounts])
    }

    @Test func aListThatForgetsOrInvents() {
        let found = kinds {
            $0.issue("a", 100, 101)
            $0.add(.list(user: "alice", .service), 102, 103, .listed(["b"]))
        }
        #expect(Set(found) == [.missingOnList, .listedByNobody])
        let explained = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 100.5, 103.5)
            $0.add(.issue(user: "alice"), 100, 101, .unknown)
            $0.add(.list(user: "alice", .service), 102, 103, .listed(["b"]))
        }
        #expect(explained.isEmpty)
        // What an overtaken renewal had made is taken back when it ends.
        let left = kinds {
            $0.issue("a", 100, 101)
            $0.revoke("a", 101, 103)
            $0.add(.renew("a"), 101, 103, .refused(6, code: "revoked"))
            $0.add(.list(user: "alice", .service), 104, 105, .listed(["b"]))
        }
        #expect(left == [.listedByNobody])
    }
}
