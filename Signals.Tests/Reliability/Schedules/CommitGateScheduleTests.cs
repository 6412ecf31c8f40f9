using Signals.Core.Model;
using Signals.Storage.History;

namespace Signals.Tests.Reliability.Schedules;

/// <summary>
/// Every order of commits that are applied in steps and of a read between them: the read sees exactly the commits that it says. Beside it
/// a reader with a known bug, which must be found.
/// </summary>
[Category("Reliability")]
internal sealed class CommitGateScheduleTests
{
    // Each further one multiplies the schedules by ten.
    private static readonly int Commits = TestScale.Factor < 1 ? 2 : 3;

    [Test]
    public void Gate_ReadBesideCommits_IsExactOrSaysThatItIsNot([Values] bool buggy)
    {
        (int schedules, string? wrong) = Explorer.Run(() =>
        {
            CommitGate gate = new();
            gate.Start(new(0));
            long[] left = new long[2];
            long[] right = new long[2];
            string? found = null;
            return new Scenario([Writer(), Reader(0), Reader(1)], () => found);

            IEnumerable<int> Writer()
            {
                // The second commit is of the other user alone.
                for (long commit = 1; commit <= Commits; commit++)
                {
                    int user = commit == 2 ? 1 : 0;
                    gate.BeginApply(new(commit));
                    yield return 0;
                    gate.AddUser((ulong)user);
                    left[user] = commit;
                    yield return 1;
                    right[user] = commit;
                    gate.EndApply();
                }
            }

            // The bug: not to look again whether a commit began meanwhile.
            IEnumerable<int> Reader(int user)
            {
                gate.StartRead(out long sequence, out StreamPosition end);
                yield return 0;
                long seenLeft = left[user];
                yield return 1;
                long seenRight = right[user];
                yield return 2;
                long position = end.Value;
                long expected = user == 1 ? (position >= 2 ? 2 : 0) : position == 2 ? 1 : position;
                if ((buggy || gate.IsExact(sequence, (ulong)user)) && (seenLeft != expected || seenRight != expected))
                {
                    found = $"a read that ends at {position} saw {seenLeft} and {seenRight}";
                }
            }
        });
        TestContext.Out.WriteLine($"{schedules} schedules: {wrong ?? "nothing wrong"}");
        Assert.That(wrong, buggy ? Is.Not.Null : Is.Null);
    }
}
