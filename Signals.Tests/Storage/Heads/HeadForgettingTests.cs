using System.Runtime.InteropServices;
using Signals.Storage.Heads;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Heads;

/// <summary>
/// Once the heads of an erased user are forgotten, no row of the user is left in the memory of heads, wherever copies of it were, and no
/// read that began before brings one back.
/// </summary>
[Category("Fast")]
internal sealed class HeadForgettingTests
{
    private const int Rows = 30;
    private const ulong Erased = 1;
    private const long Mark = 0x5EC2_E7D0_0D1E_0000;

    private static readonly UserId TheUser = UserId.From(Erased);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);

    private static long _opened;

    private long _mark;
    private SignalStore _store = null!;
    private HeadCache _heads = null!;
    private SequenceQuery _query = null!;

    [SetUp]
    public void OpenStore()
    {
        _mark = Mark + (Interlocked.Increment(ref _opened) << 8); // memory that another test gave back may hold its values
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<long>("a").Window(TimeSpan.FromHours(10))));
        _store = TestStores.Open(
            new SimFileSystem(record: false), schema, new ManualTime(TestStores.Start),
            TestStores.Tiny with { BlockCacheBytes = 64 << 10, HeadCacheBytes = 32 << 10, MemTableBytes = 256 << 10 });
        _heads = _store.Engine.TestHeads;
        _query = _store.Query("e").Last(Rows).Build();
    }

    [TearDown]
    public void CloseStore() => _store.Dispose();

    [Test]
    public void Forget_HeadWasReplacedByALonger_LeavesNoCopy()
    {
        Append(Erased, 100);
        ReadIntoHead(Erased);
        SequenceQuery longer = _store.Query("e").Last(100).Build();
        for (int read = 0; read < 2; read++)
        {
            _store.Read(TheUser, longer).Dispose();
        }

        Assert.That(CopiesOf(99), Is.EqualTo(2));

        _heads.Forget(TheUser);

        AssertNothingLeft();
    }

    [Test]
    public void Forget_HeadWasMoved_LeavesNoCopy()
    {
        Append(Erased, Rows);
        ReadIntoHead(Erased);
        for (ulong other = 2; CopiesOf(Rows - 1) < 2; other++)
        {
            Assert.That(other, Is.LessThan(1000), "the head is never moved");
            Append(other, Rows);
            ReadIntoHead(other);
            _store.Read(TheUser, _query).Dispose(); // so that it is written again and not given up
        }

        _heads.Forget(TheUser);

        AssertNothingLeft();
    }

    /// <summary>Its memory is in use by others then, in part: they take less of it, or have free places.</summary>
    [Test]
    public void Forget_HeadWasGivenUp_LeavesNoCopy([Values(1, Rows, 60)] int rowsOfOthers, [Values(4, 9, 14, 40, 90)] int others)
    {
        Append(Erased, Rows);
        ReadIntoHead(Erased);
        for (ulong other = 2; other < 2 + (ulong)others; other++)
        {
            Append(other, rowsOfOthers);
            ReadIntoHead(other);
        }

        _heads.Forget(TheUser);

        AssertNothingLeft();
    }

    [Test]
    public void Put_ReadBeganBeforeTheUserWasForgotten_MakesNoHead([Values] bool isDraftedBefore)
    {
        Append(Erased, Rows);
        Append(2, Rows);
        ReadIntoHead(2); // so that the event type has a layout
        HeadLayout layout = _heads.Layouts.Of(0)!;
        HeadDraft draft = default;
        long before = _heads.Count;
        using (_store.Engine.TestHoldRead())
        {
            if (isDraftedBefore)
            {
                draft = Draft(layout);
            }

            _heads.Forget(TheUser);
            Put(isDraftedBefore ? draft : Draft(layout), layout);
            Assert.That(_heads.Count, Is.EqualTo(before));
            AssertNothingLeft();
        }

        ReadIntoHead(Erased);
        Assert.That(_heads.Count, Is.EqualTo(before + 1), "later reads know of the erasure");
    }

    /// <summary>A read that knows of the erasure fills a head while the user's segments are searched.</summary>
    [Test]
    public unsafe void Wipe_AReadIsFillingAHead_LeavesThatOne()
    {
        const int bytes = 4096;
        byte* memory = (byte*)NativeMemory.AlignedAlloc(bytes, 64);
        try
        {
            HeadSegment segment = new(bytes);
            segment.Place(memory);
            Head* draft = segment.TryTake(TheUser, 512);
            Head* other = segment.TryTake(UserId.From(2), 512);
            Head* old = segment.TryTake(TheUser, 512);
            *draft = new Head { User = TheUser, Size = 512, Count = 3, IsDraft = 1 };
            *other = new Head { User = UserId.From(2), Size = 512, Count = 3 };
            *old = new Head { User = TheUser, Size = 512, Count = 3 };

            segment.Wipe(TheUser);

            Assert.That((draft->Count, other->Count, old->Count), Is.EqualTo(((ushort)3, (ushort)3, (ushort)0)));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Test]
    public void Abandon_ReadThatFillsAHeadFails_LeavesNoRow()
    {
        Append(Erased, Rows);
        Append(2, Rows);
        ReadIntoHead(2);
        HeadDraft draft = Draft(_heads.Layouts.Of(0)!);
        Assert.That(CopiesOf(Rows - 1), Is.EqualTo(1));

        _heads.Abandon(draft);

        AssertNothingLeft();
    }

    [Test]
    public void Put_UserWasForgottenTwice_MakesNoHeadForTheReadersOfTheSecond()
    {
        Append(2, Rows);
        ReadIntoHead(2);
        HeadLayout layout = _heads.Layouts.Of(0)!;
        long before = _heads.Count;
        IDisposable first = _store.Engine.TestHoldRead();
        _heads.Forget(TheUser);
        IDisposable second = _store.Engine.TestHoldRead();
        _heads.Forget(TheUser);

        first.Dispose();
        Put(Draft(layout), layout);
        Assert.That(_heads.Count, Is.EqualTo(before));
        second.Dispose();
        Put(Draft(layout), layout);

        Assert.That(_heads.Count, Is.EqualTo(before + 1));
    }

    [Test]
    public async Task Forget_SomebodyChangesTheHead_WaitsAndOverwritesIt()
    {
        Append(Erased, Rows);
        Append(2, Rows);
        ReadIntoHead(2);
        HeadLayout layout = _heads.Layouts.Of(0)!;
        Task forgetting = Hold(Draft(layout), layout, out nint held);
        SpinWait.SpinUntil(() => forgetting.IsCompleted, Moment);
        bool hasEnded = forgetting.IsCompleted;

        Release(held);
        await forgetting;

        Assert.That(hasEnded, Is.False);
        Assert.That(_heads.Count, Is.EqualTo(1), "that of the other user");
        AssertNothingLeft();
    }

    [Test]
    public void Certify_UserWithCopiesOfAHead_OverwritesThem()
    {
        Append(Erased, 100);
        ReadIntoHead(Erased);
        ValueTask<AppendAck> erased = _store.EraseAsync(TheUser);
        _store.Engine.RunPending();
        Assert.That(erased.IsCompletedSuccessfully, Is.True);
        Assert.That(CopiesOf(99), Is.EqualTo(1));

        _store.Engine.Certify(TheUser);

        AssertNothingLeft();
    }

    [Test]
    public void Certify_StoreIsClosed_TouchesNothing()
    {
        Append(Erased, Rows);
        ReadIntoHead(Erased);
        _store.Dispose();
        Assert.That(_store.Engine.Certify(TheUser).Places, Is.Empty);
        Assert.That((_heads.HeldBytes, _heads.Admits(1)), Is.EqualTo((0L, true)));
        Assert.That(_heads.TryDraft(new HeadLayout(_store.Schema["e"], [0], 1), UserId.From(1), 1, 16, out _), Is.False);
    }

    [Test]
    public void Prepare_ReadersOfASegmentHaveLeft_TellsThatTheHeadsTakeLess()
    {
        int told = 0;
        long last = _heads.HeldBytes;
        _heads.Resized += () =>
        {
            told++;
            Assert.That(_heads.HeldBytes, Is.Not.EqualTo(last));
            last = _heads.HeldBytes;
        };
        using (_store.Engine.TestHoldRead())
        {
            for (ulong user = 1; user < 60; user++)
            {
                Append(user, Rows);
                ReadIntoHead(user);
                Assert.That(last, Is.EqualTo(_heads.HeldBytes), "each change was told");
            }
        }

        int before = told;
        _heads.Prepare();
        Assert.That((told, last), Is.EqualTo((before + 1, _heads.HeldBytes)));
        for (ulong user = 60; user < 300; user++)
        {
            Append(user, Rows);
            ReadIntoHead(user);
            Assert.That(last, Is.EqualTo(_heads.HeldBytes), "also when a read gives room back");
        }
    }

    private static unsafe void Release(nint held) => HeadCatchUp.Release((Head*)held, isInForce: true);

    private long Value(int row) => _mark + row;

    // The head is held as by a reader that adds rows to it.
    private unsafe Task Hold(in HeadDraft draft, HeadLayout layout, out nint held)
    {
        Head* head = draft.Head;
        Put(draft, layout);
        Assert.That(HeadCatchUp.TryHold(head), Is.True);
        held = (nint)head;
        return Task.Run(() => _heads.Forget(TheUser));
    }

    private void Put(in HeadDraft draft, HeadLayout layout) =>
        _heads.Put(draft, HeadCache.GenerationOf(layout, _store.Engine.Tables), default, 0, isWhole: true);

    private HeadDraft Draft(HeadLayout layout)
    {
        Assert.That(_heads.TryDraft(layout, TheUser, Rows, HeadLayout.CapacityFor(Rows), out HeadDraft draft), Is.True);
        Span<long> values = MemoryMarshal.Cast<byte, long>(draft.Values(0));
        for (int i = 0; i < Rows; i++)
        {
            values[i] = Value(Rows - 1 - i);
        }

        return draft;
    }

    private void AssertNothingLeft()
    {
        for (int row = 0; row < 100; row++)
        {
            Assert.That(CopiesOf(row), Is.Zero, $"row {row}");
        }
    }

    private int CopiesOf(int row) => _heads.TestCopiesOf(Value(row));

    private void Append(ulong user, int rows)
    {
        EventBatch batch = _store.CreateBatch("e");
        for (int row = 0; row < rows; row++)
        {
            batch.Add(UserId.From(user), TestStores.Start - 7_200_000 + (row * 1000L), (ulong)row)
                .Set("a", user == Erased ? Value(row) : (long)user);
        }

        _store.Append(batch);
        _store.Engine.RunPending();
    }

    /// <summary>Reads until a head was made: once the memory is full, only one of several users gets one.</summary>
    private void ReadIntoHead(ulong user)
    {
        long made = _heads.Made;
        for (int read = 0; read < 20 && _heads.Made == made; read++)
        {
            _store.Read(UserId.From(user), _query).Dispose();
        }
    }
}
