using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>
/// Filters of users: they deny nobody who is there and nearly everybody who is not, inside the budget, and none is needed.
/// </summary>
[Category("Fast")]
internal sealed class UserFilterTests
{
    private const int ManyUsers = 10_000;
    private const int Budget = 256 << 10;
    private const ushort UnknownTag = 99;

    [Test]
    public void TryFind_UsersOfATableWithAFilter_AreAllFound([Values(1, 51, 52, 256, 257, 3000)] int users)
    {
        using Table table = Sample(users).Open();
        Assert.That(table.Footer.HasUserFilter, Is.EqualTo(users > DirectoryPageFormat.MostUsersInOnePiece));
        Assert.That(Enumerable.Range(0, users).Count(i => !table.TryFind(User(i), out _)), Is.Zero);
        Assert.That(Unknown(10_000).Count(user => table.Directory.MayHold(user.Hash64)), Is.LessThan(200));
    }

    [Test]
    public void MayHold_IdsThatAllFallIntoOneBlock_DeniesNoneOfThem()
    {
        ulong[] hashes = [.. Enumerable.Range(1, 300_000).Select(i => UserId.From((ulong)i).Hash64).Where(hash => (hash & 0xFF) == 0)];
        UserFilter filter = UserFilter.Build(hashes);
        Assert.That(hashes, Has.Length.GreaterThan(1000).And.All.Matches<ulong>(filter.MayHold));
        ulong[] words = new ulong[UserFilter.WordsFor(hashes.Length)];
        words.AsSpan().Fill(ulong.MaxValue); // native memory holds anything
        UserFilter.Fill(hashes, words);
        using OwnedMemory memory = new();
        UserFilter stored = UserFilter.Open(MemoryMarshal.AsBytes(words.AsSpan()), memory);
        Assert.That(hashes, Has.All.Matches<ulong>(stored.MayHold));
        Assert.That(Enumerable.Range(0, 10_000).Count(i => stored.MayHold(((ulong)i << 32) | 7)), Is.Zero, "the other blocks are empty");
    }

    [Test]
    public void TryFind_UnknownUserOfAColdDirectory_ReadsNothingAndAllocatesNothing()
    {
        TableSample sample = Sample(ManyUsers);
        BlockCache cache = new(Budget, holdsDirectories: true);
        using Table table = sample.Open(cache);
        Assert.That(cache.HeldBytes, Is.InRange(ManyUsers * 10 / 8, ManyUsers * 20 / 8));
        cache.Reserve(Budget); // no page stays in memory
        UserId[] unknown = [.. Unknown(1000)];
        sample.Files.Reads.Clear();
        Assert.That(unknown.Count(user => table.TryFind(user, out _)), Is.Zero);
        Assert.That(sample.Files.Reads, Has.Count.LessThan(20));
        UserId[] denied = [.. unknown.Where(user => !table.Directory.MayHold(user.Hash64))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (UserId user in denied)
        {
            table.TryFind(user, out _);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Open_MoreFiltersThanTheirShareOfTheBudget_LeavesOutTheRestAndFindsAllUsers()
    {
        TableSample sample = Sample(ManyUsers);
        BlockCache cache = new(Budget, holdsDirectories: true);
        Table[] tables = [.. Enumerable.Range(0, 10).Select(_ => sample.Open(cache))];
        Assert.That(cache.HeldBytes, Is.InRange(Budget / 8, Budget / 4));
        foreach (Table table in tables)
        {
            Assert.That(table.TryFind(User(77), out _), Is.True);
            table.Dispose();
        }

        Assert.That((cache.HeldBytes, cache.GetStats().ResidentBytes), Is.EqualTo((HeldBytes: 0, ResidentBytes: 0)));
        using Table small = sample.Open(new BlockCache(1000, holdsDirectories: true));
        Assert.That(small.TryFind(User(77), out _), Is.True);
    }

    [Test]
    public void Open_TableOfBeforeThereWereFilters_FindsAllUsers()
    {
        TableSample sample = Sample(600);
        TableForgery forgery = new(sample);
        BinaryPrimitives.WriteUInt16LittleEndian(sample.Files[TableSample.Path].AsSpan(FilterEntryAt(sample, forgery)), UnknownTag);
        forgery.Seal();
        using Table table = sample.Open(verify: true);
        Assert.That(table.Footer.HasUserFilter, Is.False);
        sample.AssertSame(table);
        Assert.That(Unknown(100).Count(user => table.TryFind(user, out _)), Is.Zero);
    }

    [Test]
    public void Open_FilterThatDeniesAUser_IsRefusedByVerification()
    {
        TableSample sample = Sample(600);
        TableForgery forgery = new(sample);
        TableSection section = FilterOf(sample);
        sample.Files[TableSample.Path].AsSpan((int)section.Offset, (int)section.Length / 2).Clear();
        forgery.Seal();
        using (sample.Open())
        {
            Assert.That(() => sample.Open(verify: true), Throws.TypeOf<CorruptionException>().With.Message.Contains("excludes user"));
        }
    }

    [Test]
    public void Open_AnyBitOfTheFilterFlipped_IsRefusedAndTheRoomGivenBack()
    {
        TableSample sample = Sample(600);
        byte[] good = sample.Files[TableSample.Path];
        TableSection section = FilterOf(sample);
        BlockCache cache = new(Budget, holdsDirectories: true);
        for (long bit = 8 * section.Offset; bit < 8 * (section.Offset + section.Length); bit += 61)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (int)(bit % 8));
            sample.Files[TableSample.Path] = bad;
            CorruptionException? damage = Assert.Throws<CorruptionException>(() => sample.Open(cache));
            Assert.That(
                (damage!.File, damage.Offset, cache.HeldBytes),
                Is.EqualTo((File: TableSample.Path, Offset: section.Offset, HeldBytes: 0L)));
        }
    }

    [Test]
    public void Open_BytesThatAreNoPowerOfTwoOfBlocks_AreRefused([Values(0, 1, 63, 96, 192)] int length) =>
        Assert.That(() => UserFilter.Open(new byte[length], memory: null), Throws.TypeOf<InvalidDataException>());

    private static int FilterEntryAt(TableSample sample, TableForgery forgery)
    {
        using Table table = sample.Open();
        int place = Array.FindIndex(table.Footer.Sections, section => section.Tag == TableFormat.UserFilterSection);
        return forgery.FooterAt + TableFormat.FooterFixedLength + (TableFormat.SectionEntryLength * place);
    }

    private static TableSection FilterOf(TableSample sample)
    {
        using Table table = sample.Open();
        return table.Footer.Section(TableFormat.UserFilterSection);
    }

    private static TableSample Sample(int users)
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("a")), Users = [] };
        for (int i = 0; i < users; i++)
        {
            RowBuffer rows = sample.Users[User(i)] = sample.NewRows();
            rows.AppendKey(TableSample.WindowStart + i, 1);
            rows.Columns[0].Append(i);
        }

        return sample.Write();
    }

    private static UserId User(int i) => UserId.From(1000 + (2UL * (ulong)i));

    private static IEnumerable<UserId> Unknown(int count) => Enumerable.Range(0, count).Select(i => UserId.From(1001 + (2UL * (ulong)i)));
}
