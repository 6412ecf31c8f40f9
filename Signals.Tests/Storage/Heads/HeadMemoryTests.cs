using Signals.Storage.Heads;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Heads;

/// <summary>Heads take spare arenas of the memtables: only what ingest can spare, within their limit, and without old rows.</summary>
[Category("Fast")]
internal sealed class HeadMemoryTests
{
    private const int Segments = 4; // as many as so little memory is cut into
    private const int Segment = 16 << 10;
    private const int ArenaSegments = 2;
    private const long OldRow = 0x0123_4567_89AB_CDEF;

    private static readonly UserId Reader = UserId.From(1);

    private ReadEpochs _epochs = null!;
    private MemArenaPool _arenas = null!;

    [SetUp]
    public void MakeArenas()
    {
        _epochs = new ReadEpochs();
        _arenas = new MemArenaPool(ArenaSegments * Segment, keep: 2);
    }

    [TearDown]
    public void FreeArenas()
    {
        _arenas.Dispose();
        _epochs.Dispose();
    }

    [Test]
    public void TryTake_TwoSpareArenas_UsesOneAndKeepsNoOldRow()
    {
        using HeadMemory memory = NewMemory();
        Spare(2);
        Fill(memory, segments: 3, memory.RegionBytes);
        Assert.That((_arenas.LiveCount, memory.UsedBytes, memory.HeldBytes), Is.EqualTo((1, 3L * Segment, 3L * Segment)));
        Assert.That(memory.TestCopiesOf(OldRow), Is.Zero);
    }

    [Test]
    public void TryTake_ArenaIsNotUsedUp_ItsRestCountsAsHeld()
    {
        using HeadMemory memory = NewMemory();
        Spare(2);
        Fill(memory, segments: 2, memory.RegionBytes);
        Assert.That((memory.UsedBytes, memory.HeldBytes), Is.EqualTo((2L * Segment, 3L * Segment)));
    }

    [TestCase(1, ArenaSegments, Segments, TestName = "TryTake_OneSpareArena_LeavesIt")]
    [TestCase(2, ArenaSegments, 2, TestName = "TryTake_LessAllowedThanAnArena_LeavesIt")]
    [TestCase(2, Segments, 2 * Segments, TestName = "TryTake_MorePiecesThanSegments_LeavesIt")]
    public void TryTake_ArenaDoesNotSuit_LeavesIt(int spares, int arenaSegments, int allowed)
    {
        _arenas.Dispose();
        _arenas = new MemArenaPool(arenaSegments * Segment, keep: 2);
        using HeadMemory memory = NewMemory();
        Spare(spares);
        Fill(memory, segments: 2, (long)allowed * Segment);
        Assert.That((_arenas.LiveCount, memory.UsedBytes, memory.HeldBytes), Is.EqualTo((spares, 2L * Segment, 2L * Segment)));
    }

    [Test]
    public unsafe void TryTake_EverySegmentIsFull_HeadsLieApartAndTheLimitHolds()
    {
        using HeadMemory memory = NewMemory();
        Spare(2);
        HashSet<nint> heads = [];
        while (true)
        {
            Head* head = memory.TryTake(Reader, Segment / 2, memory.RegionBytes, out _);
            if (head == null)
            {
                break;
            }

            new Span<byte>(head, Segment / 2).Fill(7); // inside of memory that it owns
            heads.Add((nint)head);
        }

        nint[] ordered = [.. heads.Order()];
        Assert.That(ordered, Has.Length.EqualTo(2 * Segments));
        Assert.That(ordered.Zip(ordered.Skip(1), (one, next) => next - one), Is.All.AtLeast((nint)(Segment / 2)));
        Assert.That(memory.HeldBytes, Is.EqualTo(memory.RegionBytes));
    }

    private HeadMemory NewMemory() => new(Segments * Segment, _epochs, _arenas);

    private static unsafe void Fill(HeadMemory memory, int segments, long allowed)
    {
        for (int segment = 0; segment < segments; segment++)
        {
            Assert.That(memory.TryTake(Reader, Segment, allowed, out _) != null, $"segment {segment}");
        }
    }

    // Leaves spare arenas full of old rows.
    private unsafe void Spare(int count)
    {
        MemArena[] arenas = [.. Enumerable.Range(0, count).Select(_ => _arenas.Rent())];
        foreach (MemArena arena in arenas)
        {
            new Span<long>(arena.Pointer(0), (int)(arena.Capacity / sizeof(long))).Fill(OldRow);
            _arenas.Return(arena);
        }
    }
}
