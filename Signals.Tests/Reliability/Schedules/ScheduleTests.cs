using System.Buffers.Binary;
using System.Reflection;
using Signals.Core.Ingest;
using Signals.Storage.Engine.Ingest;
using Signals.Storage.Primitives;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability.Schedules;

/// <summary>
/// Every order of the operations of a few threads, on the parts that threads share; beside each scenario one with a known bug, which the
/// explorer must find.
/// </summary>
[Category("Reliability")]
internal sealed class ScheduleTests
{
    private const int Capacity = 64;

    [Test]
    public void Ring_ClaimCommitAbort_HandsOverWhatWasCommittedInOrder([Values] bool buggy) => Explore(buggy, () =>
    {
        ByteRing ring = new(Capacity, RingSteps.Length);
        List<long> claimed = [];
        List<long> seen = [];
        return new Scenario(
            [
                Produce(ring, claimed, 1, abort: false, buggy), Produce(ring, claimed, 2, abort: true, buggy: false),
                Produce(ring, claimed, 3, abort: false, buggy: false), Consume(ring, seen, rounds: 2),
            ],
            () =>
            {
                Drain(ring, seen);
                ring.Dispose();
                return seen.SequenceEqual(claimed.Where(value => value != 2))
                    ? null
                    : $"claimed {string.Join(',', claimed)}, seen {string.Join(',', seen)}";
            });
    });

    [Test]
    public void Ring_CloseWhileProducersClaim_LosesNoClaimThatSucceeded([Values] bool buggy) => Explore(buggy, () =>
    {
        ByteRing ring = new(Capacity, RingSteps.Length);
        List<long> claimed = [];
        List<long> seen = [];
        bool closed = false;
        bool ended = false;
        return new Scenario(
            [
                Produce(ring, claimed, 1, abort: false, buggy: false), Produce(ring, claimed, 2, abort: false, buggy: false),
                Close(), ConsumeUntilDrained(),
            ],
            () =>
            {
                if (!ended)
                {
                    Drain(ring, seen);
                }

                ring.Dispose();
                return seen.Order().SequenceEqual(claimed.Order())
                    ? null
                    : $"claimed {string.Join(',', claimed)}, seen {string.Join(',', seen)}";
            });

        IEnumerable<int> Close()
        {
            yield return 0;
            closed = true;
            if (!buggy)
            {
                ring.Close();
            }
        }

        // The bug: to end when a flag of its own is set and nothing is there, instead of when the closed ring is drained.
        IEnumerable<int> ConsumeUntilDrained()
        {
            for (int round = 0; round < 3 && !ended; round++)
            {
                Drain(ring, seen);
                ended = buggy ? closed && seen.Count == claimed.Count : ring.IsDrained;
                yield return round;
            }
        }
    });

    [Test]
    public void Parking_WakeBesideAnnounce_IsNeverMissed([Values] bool buggy) => Explore(buggy, () =>
    {
        ParkingSpot spot = new();
        FieldInfo announced = typeof(ParkingSpot).GetField("_announced", BindingFlags.Instance | BindingFlags.NonPublic)!;
        int published = 0;
        int seen = 0;
        bool sleeps = false;
        return new Scenario([Produce(), Produce(), Consumer()], () =>
            sleeps && (int)announced.GetValue(spot)! != 0 && published > seen
                ? $"{published} published, {seen} seen, and the consumer sleeps"
                : null);

        IEnumerable<int> Produce()
        {
            published++;
            yield return 0;
            spot.Wake();
        }

        IEnumerable<int> Consumer()
        {
            if (!buggy)
            {
                spot.Announce();
                yield return 0;
            }

            bool nothing = published == 0;
            seen = published;
            yield return 1;
            if (buggy)
            {
                spot.Announce();
            }

            sleeps = nothing;
        }
    });

    [Test]
    public void Epochs_VersionSwappedBesideReaders_NeverDisposesWhatOneLooksAt([Values] bool buggy) => Explore(buggy, () =>
    {
        ReadEpochs epochs = new();
        Version current = new();
        string? wrong = null;
        return new Scenario([Reader(), Reader(), Writer()], () =>
        {
            epochs.Dispose();
            return wrong;
        });

        IEnumerable<int> Reader()
        {
            Version early = current;
            yield return 0;
            EpochHold hold = new();
            hold.Enter(epochs);
            yield return 1;
            Version seen = buggy ? early : current;
            yield return 2;
            wrong = seen.IsDisposed ? "a reader looks at a disposed version" : wrong;
            hold.Leave();
        }

        IEnumerable<int> Writer()
        {
            Version old = current;
            current = new Version();
            yield return 0;
            epochs.Retire(old);
            yield return 1;
            epochs.Collect();
        }
    });

    [Test]
    public void Epochs_ReaderThatFailsAndCleansUpTwice_TakesNobodyElsesSlot([Values] bool buggy) => Explore(buggy, () =>
    {
        ReadEpochs epochs = new();
        Version current = new();
        string? wrong = null;
        return new Scenario([Fails(), Reads(), Writer()], () =>
        {
            epochs.Dispose();
            return wrong;
        });

        IEnumerable<int> Fails()
        {
            EpochHold hold = new();
            int slot = 0;
            if (buggy)
            {
                slot = epochs.Claim();
            }
            else
            {
                hold.Enter(epochs);
            }

            yield return 0;
            Leave();
            yield return 1;
            Leave();

            void Leave()
            {
                if (buggy)
                {
                    epochs.Free(slot);
                }
                else
                {
                    hold.Leave();
                }
            }
        }

        IEnumerable<int> Reads()
        {
            EpochHold hold = new();
            hold.Enter(epochs);
            yield return 0;
            Version seen = current;
            yield return 1;
            wrong = seen.IsDisposed ? "a reader looks at a disposed version" : wrong;
            hold.Leave();
        }

        IEnumerable<int> Writer()
        {
            Version old = current;
            current = new Version();
            yield return 0;
            epochs.Retire(old);
        }
    });

    [Test]
    public void GroupCommit_AckBesideSync_ComesOnlyForWhatIsDurable([Values] bool buggy) => Explore(buggy, () =>
    {
        SimFileSystem files = new();
        files.CreateDirectory("d");
        LogWriter log = LogWriter.Create(files, "d/log", 1, 1, 0);
        AckQueue acks = new(Durability.Synced);
        int written = 0;
        string? wrong = null;
        return new Scenario([Ingest(), Waiter(1), Waiter(2)], () =>
        {
            log.Dispose();
            return wrong;
        });

        IEnumerable<int> Ingest()
        {
            for (int position = 1; position <= 2; position++)
            {
                log.Append([(byte)position], new(position));
                written = position;
                yield return 0;
                if (buggy)
                {
                    acks.Advance(new(written));
                    yield return 1;
                }

                log.Sync();
                yield return 2;
                acks.Advance(new(written));
            }
        }

        IEnumerable<int> Waiter(long position)
        {
            Task<AppendAck> ack = acks.WaitAsync(new(position)).AsTask();
            for (int round = 0; round < 2; round++)
            {
                yield return round;
                if (ack.IsCompleted && LastDurable(files) < position)
                {
                    wrong = $"position {position} is acknowledged, {LastDurable(files)} is durable";
                }
            }
        }
    });

    private static long LastDurable(SimFileSystem files)
    {
        SimRecording run = files.Recording();
        SimFileSystem cut = new(run.CrashImage(run.Operations.Count, seed: 0), record: false);
        return LogReader.Replay(cut, "d/log", 1, 1, isLast: true, static (_, _) => { }).LastPosition.Value;
    }

    /// <summary>The bug: to publish the record before it is written.</summary>
    private static IEnumerable<int> Produce(ByteRing ring, List<long> claimed, long value, bool abort, bool buggy)
    {
        yield return 0;
        nint place = RingSteps.Claim(ring);
        if (place == 0)
        {
            yield break;
        }

        claimed.Add(value);
        if (buggy)
        {
            RingSteps.Settle(ring, place, abort);
        }

        yield return 1;
        RingSteps.Write(place, value);
        if (!buggy)
        {
            RingSteps.Settle(ring, place, abort);
        }
    }

    private static IEnumerable<int> Consume(ByteRing ring, List<long> seen, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            Drain(ring, seen);
            yield return round;
        }
    }

    private static void Drain(ByteRing ring, List<long> seen)
    {
        while (ring.TryPeekRun(Capacity, out RingSpan span))
        {
            RecordEnumerator walk = new(span.Bytes);
            while (walk.MoveNext())
            {
                seen.Add(BinaryPrimitives.ReadInt64LittleEndian(walk.Current[RecordFormat.HeaderLength..]));
            }

            ring.Release(span);
        }
    }

    private static void Explore(bool buggy, Func<Scenario> scenario)
    {
        (int schedules, string? wrong) = Explorer.Run(scenario);
        TestContext.Out.WriteLine($"{schedules} schedules{(buggy ? ", the planted bug found" : "")}: {wrong ?? "nothing wrong"}");
        Assert.That(wrong, buggy ? Is.Not.Null : Is.Null);
    }

    private sealed class Version : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
