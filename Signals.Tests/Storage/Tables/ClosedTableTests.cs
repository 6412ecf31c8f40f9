using Signals.Core.Columns;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>What is kept of a table that was closed throws: it never reads memory that was given back.</summary>
[Category("Fast")]
internal sealed class ClosedTableTests
{
    private const int ManyUsers = 1000;

    [Test]
    public void Read_TableWithNativeDirectoryIsClosed_Throws()
    {
        Table table = Sample(ManyUsers).Open(); // no bound for directories, so all of it is in the memory of the table
        UserFilter filter = table.Directory.Filter!;
        DirectoryPage page = table.Directory.GetPage(1);
        UserId user = page.User(3);
        TableCursor cursor = table.CreateCursor();
        Assert.That((filter.MayHold(user.Hash64), table.TryFind(user, out _), cursor.MoveNext()), Is.EqualTo((true, true, true)));

        table.Dispose();

        AssertClosed(() => filter.MayHold(user.Hash64));
        AssertClosed(() => filter.Prefetch(user.Hash64));
        AssertClosed(() => filter.AddTo(new ulong[UserFilter.BitsPerBlock], 1));
        AssertClosed(() => page.User(3));
        AssertClosed(() => page.Rows(3));
        AssertClosed(() => page.Find(user, user.Hash64));
        AssertClosed(() => page.CountBefore(user));
        AssertClosed(() => page.IndexOfRow(page.FirstRow));
        AssertClosed(page.Prefetch);
        AssertClosed(() => table.TryFind(user, out _));
        AssertClosed(() => table.UserAt(3, out _));
        AssertClosed(() => table.Directory.GetPage(1));
        AssertClosed(() => table.GetBlock(0, []));
        AssertClosed(() =>
        {
            while (cursor.MoveNext())
            {
            }
        });
        Assert.That(filter.Bytes, Is.GreaterThan(0), "sizes are still counted");
    }

    [Test]
    public void Read_TableOfFewUsersIsClosed_ReadsItsArraysOrThrows()
    {
        TableSample sample = Sample(3);
        Table table = sample.Open();
        table.Dispose();
        foreach (UserId user in sample.Users.Keys)
        {
            Assert.That(table.TryFind(user, out _), Is.True);
        }

        AssertClosed(() => table.GetBlock(0, []));
    }

    [Test]
    public void Dispose_Twice_LeavesTheFileToTheRunThatSharesIt()
    {
        TableSample sample = Sample(ManyUsers);
        BlockCache cache = new(1 << 20, holdsDirectories: true);
        Table first = sample.Open(cache);
        using Table second = first.With(sample.Files, sample.Meta, sample.Schema, _ => "");

        first.Dispose();
        first.Dispose();

        sample.AssertSame(second);
        AssertClosed(() => first.GetBlock(0, []));
        second.Dispose();
        Assert.That(cache.HeldBytes, Is.Zero, "each gave back what it held, once");
    }

    [Test]
    public void Read_BoundedDirectoryOfAPartOfASegment_IsRefusedAlthoughTheHandleIsOpen()
    {
        TableSample sample = Sample(ManyUsers);
        SharedFiles shared = new(sample.Files);
        using IFile other = shared.Open(TableSample.Path);
        BlockCache cache = new(1 << 20, holdsDirectories: true);
        TableMeta part = sample.Meta with { SegmentFile = 1, SegmentOffset = 0, PartIdentity = TableSample.Number };
        Table table = Table.Open(sample.Files, TableSample.Path, part, sample.Schema, cache, segments: shared);
        UserId user = sample.Users.Keys.First();
        Assert.That(table.TryFind(user, out _), Is.True);

        table.Dispose();

        AssertClosed(() => table.TryFind(user, out _));
        AssertClosed(() => table.Directory.GetPage(0));
        AssertClosed(() => table.GetBlock(0, []));
        Assert.That(cache.HeldBytes, Is.Zero, "nothing comes back into the cache");
    }

    [Test]
    public void LeaveCache_Twice_GivesRoomBackOnce()
    {
        BlockCache cache = new(1 << 20, holdsDirectories: true);
        TableSample sample = Sample(ManyUsers);
        using Table other = sample.Open(cache);
        long held = cache.HeldBytes;
        using Table table = sample.Open(cache);
        Assert.That(cache.HeldBytes, Is.EqualTo(2 * held));

        table.Directory.LeaveCache();
        table.Directory.LeaveCache();

        Assert.That(cache.HeldBytes, Is.EqualTo(held));
    }

    private static void AssertClosed(Action late) => Assert.That(late, Throws.InstanceOf<ObjectDisposedException>());

    private static TableSample Sample(int users)
    {
        TableSample sample = new() { Schema = TableSample.Define(type => type.Field<int>("a")), Users = [] };
        for (int user = 1; user <= users; user++)
        {
            RowBuffer rows = sample.NewRows();
            rows.AppendKey(TableSample.WindowStart + user, 1);
            rows.FillAbsent();
            sample.Users[UserId.From((ulong)user)] = rows;
        }

        return sample.Write();
    }
}
