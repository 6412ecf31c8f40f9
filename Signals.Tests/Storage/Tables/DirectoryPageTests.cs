using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>
/// Directories in pages: they answer as a sorted list does, whatever the ids are, in the bytes and steps that are promised.
/// </summary>
internal sealed class DirectoryPageTests
{
    private const int ManyUsers = 10_000;

    private static readonly byte[] GoldenPage = Convert.FromHexString(
        "03000102020807" + "00" + "0000000000000000" + "0500000000000000" + "0068e5cf8b010000" + "0019EC0000D33200");

    [Test]
    public void Encode_GoldenUsers_GivesTheGoldenBytes()
    {
        byte[] page = DirectoryPageEncoder.Encode(
        [
            new DirectoryEntry(new UserId(0, 5), 1, TableSample.WindowStart + 200, TableSample.WindowStart + 200 - 96),
            new DirectoryEntry(new UserId(0, 8), 1, TableSample.WindowStart, TableSample.WindowStart),
            new DirectoryEntry(new UserId(1, 6), 2, TableSample.WindowStart + 150, TableSample.WindowStart + 149),
        ]);
        Assert.That(Convert.ToHexString(page), Is.EqualTo(Convert.ToHexString(GoldenPage)));
        DirectoryPage opened = DirectoryPage.Open(
            page, 3, new UserId(0, 5), 70, 74, new EventTimeRange(TableSample.WindowStart, TableSample.WindowStart + 200));
        Assert.That(opened.User(2), Is.EqualTo(new UserId(1, 6)));
        Assert.That(opened.Rows(2), Is.EqualTo(new UserRows(72, 2, TableSample.WindowStart + 150, TableSample.WindowStart + 149)));
    }

    [Test]
    public void Write_FewUsers_HasTheDirectoryInOnePieceAsBefore([Values(1, 128, 256)] int users)
    {
        using Table table = Sample(Ids.Numbers, users).Open();
        Assert.That(table.Footer.HasDirectoryPages, Is.False);
        Assert.That(table.Directory.Users, Is.EqualTo(users));
    }

    [Test]
    public void Walk_UsersInOrder_FindsTheUsersAndNoOthers([Values] Ids ids, [Values(1, 256, 257, 1000)] int users, [Values] bool sparse)
    {
        TableSample sample = Sample(ids, users);
        using Table table = sample.Open();
        Random random = new(users);
        IEnumerable<UserId> asked = sample.Users.Keys
            .SelectMany(user => (UserId[])[new(user.High, user.Low - 1), user, user, new(user.High, user.Low + 1)])
            .Append(default)
            .Append(new UserId(ulong.MaxValue, ulong.MaxValue))
            .Where(_ => !sparse || random.Next(300) == 0)
            .Order();
        DirectoryWalk walk = table.CreateWalk();
        foreach (UserId user in asked)
        {
            bool isThere = table.TryFind(user, out UserRows expected);
            Assert.That((walk.TryFind(user, out UserRows found), found), Is.EqualTo((isThere, expected)), $"user {user}");
        }
    }

    [Test]
    public void TryFind_AnyIds_FindsTheUsersAndNoOthers([Values] Ids ids, [Values(257, 384, 1000)] int users, [Values] bool isBounded)
    {
        TableSample sample = Sample(ids, users);
        BlockCache cache = new(isBounded ? 20_000 : 1 << 20, holdsDirectories: isBounded);
        using Table table = sample.Open(cache, verify: true);
        Assert.That(table.Footer.HasDirectoryPages, Is.True);
        sample.AssertSame(table);
        Random random = new(1);
        UserId[] all = [.. sample.Users.Keys];
        for (int i = 0; i < all.Length; i++)
        {
            table.TryFind(all[i], out UserRows rows);
            int before = table.Directory.CountBefore(all[i]);
            Assert.That((before, table.Directory.User(i), table.Directory.IndexOfRow(rows.FirstRow)), Is.EqualTo((i, all[i], i)));
            foreach (UserId near in (UserId[])[new(all[i].High, all[i].Low + 1), new(all[i].High, all[i].Low - 1),
                new(all[i].High + 1, all[i].Low), new((ulong)random.NextInt64(), all[i].Low)])
            {
                Assert.That(table.TryFind(near, out _), Is.EqualTo(sample.Users.ContainsKey(near)));
            }
        }

        Assert.That(table.Directory.CountBefore(new UserId(ulong.MaxValue, ulong.MaxValue)), Is.EqualTo(users));
        Assert.That(table.Directory.CountBefore(default), Is.Zero);
        Assert.That(cache.GetStats().ResidentBytes, Is.LessThanOrEqualTo(cache.Capacity));
    }

    [Test]
    public void ResidentBytes_HotDirectory_AreHalfOfWhatASlotAndAnEntryTook()
    {
        Assert.That(BytesPerUser(Ids.Hashes), Is.LessThan(26));
        Assert.That(BytesPerUser(Ids.Numbers), Is.LessThan(12));
    }

    [Test]
    public void TryFind_ColdDirectory_ReadsOnePageAndHoldsTheBudget()
    {
        const long Budget = 16 << 10;
        TableSample sample = Sample(Ids.Hashes, ManyUsers);
        BlockCache cache = new(Budget, holdsDirectories: true);
        using Table table = sample.Open(cache);
        Assert.That(table.ResidentBytes, Is.LessThan(2 * ManyUsers), "index of the pages, and of the blocks");
        foreach (UserId user in sample.Users.Keys.Where((_, i) => i % 97 == 0))
        {
            sample.Files.Reads.Clear();
            Assert.That(table.TryFind(user, out _), Is.True);
            Assert.That(sample.Files.Reads, Has.Count.LessThanOrEqualTo(1));
            Assert.That(sample.Files.Reads.Sum(read => read.Length), Is.LessThanOrEqualTo(DirectoryPageFormat.MaxLength));
            Assert.That(cache.GetStats().ResidentBytes, Is.LessThanOrEqualTo(Budget));
        }
    }

    [Test]
    public void Find_PageOfAUser_TakesAStepOrTwoForEvenIdsAndTheLogarithmForAny()
    {
        Assert.That(StepsOf(Ids.Numbers), Is.LessThan(2.5));
        Assert.That(StepsOf(Ids.Hashes), Is.LessThan(2.5));
        Assert.That(StepsOf(Ids.Clusters), Is.LessThan(16));
    }

    [Test]
    public void Open_AnyBitOfAPageOrTheIndexFlipped_IsRefusedWithFileAndOffset([Values] bool isIndex)
    {
        TableSample sample = Sample(Ids.Hashes, 600);
        byte[] good = sample.Files[TableSample.Path];
        TableSection section;
        using (Table table = sample.Open())
        {
            section = table.Footer.Section(isIndex ? TableFormat.DirectorySection : TableFormat.DirectoryPagesSection);
        }

        for (long bit = 8 * section.Offset; bit < 8 * (section.Offset + section.Length); bit += 13)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (int)(bit % 8));
            sample.Files[TableSample.Path] = bad;
            CorruptionException? damage = Assert.Throws<CorruptionException>(() => ReadDirectory(sample), $"bit {bit}");
            Assert.That((damage!.File, damage.Offset <= bit / 8), Is.EqualTo((TableSample.Path, true)));
        }
    }

    [Test]
    public void Open_ForgedPage_IsRefusedWithoutReadingBeyondIt()
    {
        byte[] good = DirectoryPageEncoder.Encode([.. Enumerable.Range(0, 100)
            .Select(i => new DirectoryEntry(new UserId(0, (ulong)(3 * i)), 1 + (i % 5), 1000 + i, 900))]);
        int rows = Enumerable.Range(0, 100).Sum(i => 1 + (i % 5));
        Assert.That(() => DirectoryPage.Open(good, 100, default, 0, rows, new EventTimeRange(900, 1099)), Throws.Nothing);
        Random random = new(7);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bad = random.Next(4) == 0 ? good[..random.Next(good.Length)] : [.. good];
            for (int edits = random.Next(1, 4); edits > 0 && bad.Length > 0; edits--)
            {
                bad[random.Next(Math.Min(bad.Length, random.Next(2) == 0 ? DirectoryPageFormat.HeaderLength : bad.Length))] =
                    (byte)random.Next(256);
            }

            try
            {
                DirectoryPage opened = DirectoryPage.Open(bad, 100, default, 0, rows, new EventTimeRange(900, 1099));
                Assert.That(
                    Enumerable.Range(0, 100).Sum(user => opened.Rows(user).Count), Is.EqualTo(rows),
                    "what is accepted is consistent");
            }
            catch (InvalidDataException)
            {
                // Refused, as it should be.
            }
        }
    }

    [Test]
    public void ReadIndex_AbsurdNumbers_AreRefusedBeforeAnythingIsAllocatedByThem(
        [Values(0, 4, 24, 28)] int at, [Values(0u, 1u, 0x7FFF_FFFFu, uint.MaxValue)] uint value)
    {
        TableSample sample = Sample(Ids.Numbers, 600);
        TableForgery forgery = new(sample);
        TableSection section;
        using (Table table = sample.Open())
        {
            section = table.Footer.Section(TableFormat.DirectorySection);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(sample.Files[TableSample.Path].AsSpan((int)section.Offset + at), value);
        forgery.Seal();
        Assert.That(() => sample.Open(), Throws.TypeOf<CorruptionException>());
    }

    [Test]
    public void WritePages_PagesInManyPieces_GiveTheSameBytes([Values(257, 5_000)] int users)
    {
        byte[] expected = PagesOf(users, int.MaxValue);
        Assert.That(PagesOf(users, DirectoryPageFormat.MaxLength), Is.EqualTo(expected), "each page in a piece of its own");
        Assert.That(PagesOf(users, 4 * DirectoryPageFormat.MaxLength), Is.EqualTo(expected));
    }

    [Test]
    public void Add_MoreUsersThanAFilterHolds_ThrowsAndNamesTheUser()
    {
        using OwnedMemory memory = new();
        TableDirectoryBuilder directory = new(memory, mostUsers: 300);
        AddUsers(directory, 300);
        Assert.That(
            () => directory.Add(UserId.From(9_000), 1, 2, 1),
            Throws.TypeOf<TableLimitException>().With.Message.Contains("300").And.Message.Contains(UserId.From(9_000).ToString()));
        Assert.That(sizeof(ulong) * (long)UserFilter.WordsFor(UserFilter.MostUsers), Is.LessThanOrEqualTo(Array.MaxLength));
        Assert.That(sizeof(ulong) * (long)UserFilter.WordsFor(UserFilter.MostUsers + 1), Is.GreaterThan(Array.MaxLength));
    }

    /// <summary>What a file says of its directory is believed page by page: a sparse file takes no memory for what is not there.</summary>
    [Test]
    public void Open_DirectoryInUnboundedMemory_TakesRoomAsPagesAreChecked()
    {
        TableSample sample = Sample(Ids.Numbers, 2_500 * DirectoryPageFormat.Users, static _ => 1);
        BlockCache cache = new(0);
        long before = NativeBytes.TakenByThisThread;
        long whole;
        long pages;
        long firstPage;
        using (Table table = sample.Open(cache))
        {
            whole = NativeBytes.TakenByThisThread - before;
            pages = cache.Directories.GetStats().ResidentBytes;
            firstPage = table.Footer.Section(TableFormat.DirectoryPagesSection).Offset;
            foreach (UserId user in sample.Users.Keys.Where((_, i) => i % 997 == 0))
            {
                Assert.That(table.TryFind(user, out UserRows rows) && table.Directory.User((int)rows.FirstRow) == user, $"user {user}");
            }

            Assert.That(table.Directory.Pages, Is.EqualTo(2_500));
        }

        sample.Files[TableSample.Path][firstPage + DirectoryPageFormat.WidthsAt] ^= 1;
        before = NativeBytes.TakenByThisThread;
        Assert.That(() => sample.Open(new BlockCache(0)), Throws.TypeOf<CorruptionException>());
        Assert.That(NativeBytes.TakenByThisThread - before, Is.LessThan(whole - (pages / 4)), "room for a part of the pages");
    }

    private static byte[] PagesOf(int users, int pieceBytes)
    {
        MemoryFileSystem files = new();
        using IFile file = files.Open("t", FileOpenMode.CreateNew);
        using OwnedMemory memory = new();
        TableDirectoryBuilder directory = new(memory, pieceBytes: pieceBytes);
        AddUsers(directory, users);
        TableOutput output = new(file, 0, 1, memory);
        directory.WritePages(output, 1);
        directory.WriteIndex(output);
        output.Flush();
        return files["t"];
    }

    private static void AddUsers(TableDirectoryBuilder directory, int users)
    {
        for (int i = 1; i <= users; i++)
        {
            directory.Add(UserId.From((ulong)i * (ulong)i), 1 + (i % 7), 5_000 + i, 5_000);
        }
    }

    private static void ReadDirectory(TableSample sample)
    {
        using Table table = sample.Open(new BlockCache(0, holdsDirectories: true));
        TableCursor cursor = table.CreateCursor();
        while (cursor.MoveNext())
        {
        }
    }

    private static double BytesPerUser(Ids ids)
    {
        TableSample sample = Sample(ids, ManyUsers);
        BlockCache cache = new(1 << 20);
        using Table table = sample.Open(cache);
        return (double)(cache.Directories.GetStats().ResidentBytes + table.Directory.ResidentBytes) / ManyUsers;
    }

    private static double StepsOf(Ids ids)
    {
        UserId[] firsts = [.. IdsOf(ids, ManyUsers)];
        DirectoryPages pages = new(firsts, [.. Enumerable.Range(0, ManyUsers + 1)], []);
        long steps = 0;
        for (int i = 0; i < firsts.Length; i++)
        {
            Assert.That(pages.Find(firsts[i], out int taken), Is.EqualTo(i));
            steps += taken;
        }

        return (double)steps / firsts.Length;
    }

    private static TableSample Sample(Ids ids, int users) =>
        Sample(ids, users, static random => random.Next(8) == 0 ? 1 + random.Next(20) : 3);

    private static TableSample Sample(Ids ids, int users, Func<Random, int> rowsOf)
    {
        Random random = new(users);
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<int>("a")), Users = [] };
        foreach (UserId user in IdsOf(ids, users))
        {
            RowBuffer rows = sample.Users[user] = sample.NewRows();
            int count = rowsOf(random);
            long time = TableSample.WindowStart + random.Next(40_000_000, 80_000_000);
            for (int i = 0; i < count; i++)
            {
                rows.AppendKey(time, (ulong)i);
                rows.Columns[0].Append(i);
                time -= random.Next(1_000_000);
            }
        }

        return sample.Write();
    }

    private static SortedSet<UserId> IdsOf(Ids ids, int count)
    {
        Random random = new(count);
        SortedSet<UserId> users = [];
        while (users.Count < count)
        {
            users.Add(ids switch
            {
                Ids.Numbers => UserId.From(1000 + 2UL * (ulong)users.Count),
                Ids.Hashes => new UserId(
                    (ulong)random.NextInt64(long.MinValue, long.MaxValue), (ulong)random.NextInt64(long.MinValue, long.MaxValue)),
                Ids.Clusters => new UserId(1UL << random.Next(0, 64), (ulong)random.Next(2 * count)),
                _ => new UserId(random.Next(3) == 0 ? ulong.MaxValue : 0, ulong.MaxValue - (ulong)random.Next(4 * count)),
            });
        }

        return users;
    }

    /// <summary>How ids of users lie among each other.</summary>
    internal enum Ids
    {
        Numbers,
        Hashes,
        Clusters,
        Ends,
    }
}
