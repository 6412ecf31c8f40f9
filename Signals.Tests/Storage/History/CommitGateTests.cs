using Signals.Core.Model;
using Signals.Storage.History;

namespace Signals.Tests.Storage.History;

/// <summary>
/// Exact reads beside a thread that applies commits: what one sees of its user is a commit whole, and nobody waits for ever.
/// </summary>
[Category("Fast")]
internal sealed class CommitGateTests
{
    private const int Users = 4;

    [TestCase(false, 200_000)]
    [TestCase(true, 20_000)]
    public async Task Read_BesideCommits_SeesEachWhole(bool withTicket, int commits)
    {
        CommitGate gate = new();
        gate.Start(new(0));
        long[] cells = new long[Users * 2]; // two rows a user; commit n is of user n % Users
        int stop = 0;
        Task writer = Task.Run(() =>
        {
            for (long commit = 1; commit <= commits; commit++)
            {
                gate.BeginApply(new(commit));
                long user = commit % Users;
                gate.AddUser((ulong)user);
                Volatile.Write(ref cells[2 * user], commit);
                Volatile.Write(ref cells[(2 * user) + 1], commit);
                gate.EndApply();
            }

            Volatile.Write(ref stop, 1);
        });
        Task<long>[] readers = [.. Enumerable.Range(0, 2).Select(user => Task.Run(() => Read(gate, cells, user, ref stop, withTicket)))];
        await writer;
        long[] exact = await Task.WhenAll(readers);
        TestContext.Out.WriteLine($"{exact.Sum()} exact reads beside {commits} commits");
        Assert.That(exact.Sum(), Is.GreaterThan(0));
        Assert.That(gate.Position.Value, Is.EqualTo(commits));
    }

    [Test]
    public void IsExact_CommitOfOtherUsersUnderWay_SaysSoAndOfItsOwnNot()
    {
        CommitGate gate = new();
        gate.Start(new(5));
        gate.BeginApply(new(10));
        gate.StartRead(out long sequence, out StreamPosition position);
        gate.AddUser(7);
        Assert.That(position.Value, Is.EqualTo(5));
        Assert.That(gate.IsExact(sequence, 8));
        Assert.That(gate.IsExact(sequence, 7), Is.False);
        gate.EndApply();
        Assert.That(gate.IsExact(sequence, 8));
        gate.StartRead(out long next, out position);
        Assert.That(position.Value, Is.EqualTo(10));
        Assert.That(gate.IsExact(next, 7));
        gate.BeginApply(new(20));
        gate.AddEveryone();
        Assert.That(gate.IsExact(next, 8), Is.False);
        gate.EndApply();
    }

    [Test]
    public void IsExact_MoreCommitsThanAreRemembered_SaysNo()
    {
        CommitGate gate = new();
        gate.Start(new(0));
        gate.StartRead(out long sequence, out _);
        for (int commit = 1; commit <= 15; commit++)
        {
            gate.BeginApply(new(commit));
            gate.EndApply();
            Assert.That(gate.IsExact(sequence, 1), $"{commit}");
        }

        for (int commit = 16; commit <= 40; commit++)
        {
            gate.BeginApply(new(commit));
            gate.EndApply();
            Assert.That(gate.IsExact(sequence, 1), Is.False, $"{commit}");
        }
    }

    [Test]
    public void BeginRead_AfterACommitThatFailed_IsRefused()
    {
        CommitGate gate = new();
        gate.Start(new(5));
        gate.BeginApply(new(10));
        gate.AddUser(1);
        gate.Break(new IOException("full"));
        gate.StartRead(out long sequence, out StreamPosition position);
        Assert.That(gate.IsExact(sequence, 1), Is.False);
        Assert.That(gate.IsExact(sequence, 2) && position == new StreamPosition(5), "who is not in it is as before");
        Assert.That(gate.BeginRead, Throws.TypeOf<StorePoisonedException>());
        Assert.That(gate.BeginRead, Throws.TypeOf<StorePoisonedException>(), "the ticket was passed on");
    }

    private static long Read(CommitGate gate, long[] cells, int user, ref int stop, bool withTicket)
    {
        long exact = 0;
        while (Volatile.Read(ref stop) == 0 || exact == 0)
        {
            long sequence = 0;
            StreamPosition position;
            if (withTicket)
            {
                position = gate.BeginRead();
            }
            else
            {
                gate.StartRead(out sequence, out position);
            }

            long first = Volatile.Read(ref cells[2 * user]);
            long second = Volatile.Read(ref cells[(2 * user) + 1]);
            if (withTicket)
            {
                gate.EndRead();
            }
            else if (!gate.IsExact(sequence, (ulong)user))
            {
                continue;
            }

            long end = position.Value;
            long expected = end < user ? 0 : end - ((end - user) % Users);
            if (first != second || first != expected)
            {
                throw new InvalidOperationException($"user {user} at {position} has {first} and {second}, expected {expected}");
            }

            exact++;
        }

        return exact;
    }
}
