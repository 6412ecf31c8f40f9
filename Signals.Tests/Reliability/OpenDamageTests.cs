using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Recovery;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability;

/// <summary>A store with a lost or damaged file is refused, and the attempt changes nothing.</summary>
[Category("Reliability")]
internal sealed class OpenDamageTests
{
    private const int EventsPerBatch = 50;

    /// <summary>So large that nothing is flushed unless it is asked for.</summary>
    private static readonly EngineOptions Roomy = TestStores.Tiny with { MemTableBytes = 1 << 20 };

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n")));

    private static readonly UserId Alice = UserId.From("alice");

    private readonly SettableTime _time = new(TestStores.Start);
    private SimFileSystem _files = null!;
    private int _appended;

    [SetUp]
    public void SetUp() => _files = new SimFileSystem();

    [Test]
    public void Open_ANewStore_NamesItsFirstLogBeforeAnythingIsAppended()
    {
        using (Open(Roomy))
        {
        }

        using Manifest manifest = Manifest.Open(new StoreFolder(_files, TestStores.Folder));
        Assert.That(StoreFiles.Log(manifest.State.FirstLiveLog), Is.EqualTo(Logs()[0]));
    }

    [Test]
    public void Open_NeverFlushedAndTheFirstOrEveryLogIsLost_IsRefused([Values] bool every)
    {
        Fill(flushed: false);
        foreach (string log in every ? Logs() : Logs()[..1])
        {
            _files.Delete(PathOf(log));
        }

        Assert.That(() => Open(Roomy), Throws.InstanceOf<CorruptionException>());
    }

    /// <summary>As when the process ended between the first log and the edit that names it.</summary>
    [Test]
    public void Check_ManifestNamesNoLogAndTheFirstIsLost_IsRefused()
    {
        Fill(flushed: false);
        Assert.That(() => new LogRecovery(new StoreFolder(_files, TestStores.Folder), new ManifestState(), Schema).Check(), Throws.Nothing);
        _files.Delete(PathOf(Logs()[0]));
        Assert.That(
            () => new LogRecovery(new StoreFolder(_files, TestStores.Folder), new ManifestState(), Schema).Check(),
            Throws.InstanceOf<CorruptionException>());
    }

    [TestCase("table cut")]
    [TestCase("table missing")]
    [TestCase("log header")]
    [TestCase("log frame")]
    [TestCase("log missing")]
    public void Open_Damaged_ChangesNothingButTheManifestFile(string damage)
    {
        Fill(flushed: true);
        WriteStray("000998.tbl.tmp");
        WriteStray(StoreFiles.Table(999));
        ManifestState before = Damage(damage, out Action undo);
        Dictionary<string, byte[]> left = Contents();
        Assert.That(() => Open(TestStores.Tiny, Wider()), Throws.InstanceOf<CorruptionException>());
        Assert.That(Contents(), Is.EqualTo(left));
        using (Manifest manifest = Manifest.Open(new StoreFolder(_files, TestStores.Folder)))
        {
            Assert.That(manifest.State.Schema.ToArray(), Is.EqualTo(before.Schema.ToArray()));
            Assert.That(manifest.State.Tables, Is.EqualTo(before.Tables));
            Assert.That(
                (manifest.State.FirstLiveLog, manifest.State.FlushedPosition), Is.EqualTo((before.FirstLiveLog, before.FlushedPosition)));
        }

        undo();
        using SignalStore store = Open(TestStores.Tiny, Wider());
        using Sequence all = store.Read(Alice, store.Query("e").Build());
        Assert.That(all.Count, Is.EqualTo(_appended));
        Assert.That(Contents().Keys, Has.None.Contains("99"));
    }

    /// <summary>
    /// What a lost end of the manifest leaves is an older state, whose tables and logs merges and flushes have deleted since.
    /// </summary>
    [Test]
    public void Open_ManifestLostItsEnd_NamesTheManifestAndNoInnocentFileEachTime([Values] bool zeroed, [Values(1, 2)] int openings)
    {
        _appended = 0;
        for (int opening = 0; opening < openings; opening++)
        {
            SignalStore store = Open(Roomy);
            for (int i = 0; i < 4; i++)
            {
                Append(store);
                Assert.That(store.FlushAsync().IsCompletedSuccessfully);
                store.CompactAsync().GetAwaiter().GetResult();
            }

            store.Engine.Close(abandon: true);
        }

        (ulong number, long snapshotEnd) = CurrentFile.Read(new StoreFolder(_files, TestStores.Folder));
        string path = PathOf(StoreFiles.Manifest(number));
        SimDisk disk = _files.Recording().KillImage(_files.OperationCount);
        long length = Length(_files, path);
        byte[] intact = new byte[length];
        using (IFile file = new SimFileSystem(disk, record: false).Open(path, FileOpenMode.Read))
        {
            Assert.That(file.Read(0, intact), Is.EqualTo(length));
        }

        int refused = 0;
        for (long from = snapshotEnd; from < length; from += LogFormat.Alignment)
        {
            SimFileSystem damaged = new(disk, record: false);
            using (IFile file = damaged.Open(path, FileOpenMode.ReadWrite))
            {
                file.SetLength(from);
                file.SetLength(zeroed ? length : from);
            }

            for (int attempt = 0; attempt < 2; attempt++)
            {
                try
                {
                    using SignalStore opened = TestStores.Open(damaged, Schema, _time, Roomy);
                    using Sequence all = opened.Read(Alice, opened.Query("e").Build());
                    Assert.That(all.Count, Is.EqualTo(_appended), $"cut at {from}");
                }
                catch (CorruptionException damage)
                {
                    refused++;
                    Assert.That(damage.File, Is.EqualTo(path), $"cut at {from}, attempt {attempt}: {damage.Message}");

                    // An edit may end with zeros, which zeroing does not change.
                    int same = zeroed ? intact.AsSpan((int)from).IndexOfAnyExcept((byte)0) : 0;
                    Assert.That(damage.Offset, Is.InRange(snapshotEnd, from + same));
                }
            }
        }

        Assert.That(refused, Is.GreaterThan(10));
    }

    /// <summary>An intact edit with a schema that is none: the error is typed and names the manifest.</summary>
    [Test]
    public void Open_SchemaThatIsNone_NamesTheManifest()
    {
        Fill(flushed: true);
        using (Manifest manifest = Manifest.Open(new StoreFolder(_files, TestStores.Folder)))
        {
            manifest.Commit(new VersionEdit { Schema = [0x93, 1, 2] });
        }

        string path = PathOf(StoreFiles.Manifest(CurrentFile.Read(new StoreFolder(_files, TestStores.Folder)).Number));
        Assert.That(
            () => Open(Roomy),
            Throws.TypeOf<CorruptionException>().With.Property("File").EqualTo(path).And.Property("Offset").GreaterThan(0));
    }

    private static long Length(SimFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        return file.Length;
    }

    /// <summary>Several full logs, before them a table if asked for; then the process is killed.</summary>
    private void Fill(bool flushed)
    {
        _appended = 0;
        SignalStore store = Open(Roomy);
        if (flushed)
        {
            Append(store);
            Assert.That(store.FlushAsync().IsCompletedSuccessfully);
        }

        while (Logs().Length < 4)
        {
            Append(store);
        }

        store.Engine.Close(abandon: true);
    }

    private void Append(SignalStore store)
    {
        EventBatch batch = store.CreateBatch("e");
        for (int i = 0; i < EventsPerBatch; i++, _appended++)
        {
            batch.Add(Alice, TestStores.Start - _appended, (ulong)_appended).Set("n", _appended);
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    private ManifestState Damage(string damage, out Action undo)
    {
        ManifestState state;
        using (Manifest manifest = Manifest.Open(new StoreFolder(_files, TestStores.Folder)))
        {
            state = manifest.State;
        }

        string table = PathOf(StoreFiles.Table(state.Tables.Keys.First()));
        string log = PathOf(Logs()[1]);
        undo = damage switch
        {
            "table cut" => Flip(table, state.Tables.Values.First().FileLength - 4),
            "table missing" => Hide(table),
            "log header" => Flip(log, 1),
            "log frame" => Flip(log, LogFormat.HeaderBytes + 60),
            _ => Hide(log),
        };
        return state;
    }

    private Action Flip(string path, long offset)
    {
        FlipNow();
        return FlipNow;

        void FlipNow()
        {
            using IFile file = _files.Open(path, FileOpenMode.ReadWrite);
            byte[] one = new byte[1];
            file.Read(offset, one);
            one[0] ^= 1;
            file.Write(offset, one);
        }
    }

    private Action Hide(string path)
    {
        string hidden = "/" + Path.GetFileName(path);
        _files.Rename(path, hidden);
        return () => _files.Rename(hidden, path);
    }

    private void WriteStray(string name)
    {
        using IFile file = _files.Open(PathOf(name), FileOpenMode.CreateNew);
        file.Write(0, "SIGTABLE, as far as it came"u8);
    }

    private Dictionary<string, byte[]> Contents() => _files.ListFiles(TestStores.Folder)
        .ToDictionary(name => name, name =>
        {
            using IFile file = _files.Open(PathOf(name), FileOpenMode.Read);
            byte[] bytes = new byte[file.Length];
            file.Read(0, bytes);
            return bytes;
        });

    private string[] Logs() =>
        [.. _files.ListFiles(TestStores.Folder)
            .Where(name => name.EndsWith(".log", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private SignalStore Open(EngineOptions options, StoreSchema? schema = null) =>
        TestStores.Open(_files, schema ?? Schema, _time, options);

    private static StoreSchema Wider() => StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").Field<long>("later")));

    private static string PathOf(string name) => Path.Combine(TestStores.Folder, name);
}
