using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>
/// The store of one random history, with random types and options, on simulated files. It can be opened again, after a crash too,
/// and its schema grows in between. Threads: one.
/// </summary>
internal sealed class MetaStore
{
    private readonly bool _isWide; // a type whose columns are all declared gets a wide one that nobody fills
    private string[] _unproven = []; // what the last opening left: see FilesLeft

    public MetaStore(ulong seed, bool withPast)
    {
        SimRandom random = new(seed);
        _isWide = new SimRandom(~seed).Below(3) == 0;
        Types = new MetaType[1 + random.Below(3)];
        for (int i = 0; i < Types.Length; i++)
        {
            Types[i] = MetaType.Random(ref random, i);
        }

        DeclaredTypes = 1 + random.Below(Types.Length);
        SimRandom some = new(random.Next());
        Columns = Array.ConvertAll(Types, type => some.Below(type.Columns.Length + 1));
        Options = TestStores.Tiny with
        {
            Durability = withPast ? (random.Coin() ? Durability.Buffered : Durability.Synced) : (Durability)random.Below(3),
            Retention = withPast ? new VersionRetention { Age = TimeSpan.FromDays(30) } : null,
            BlockCacheBytes = random.Coin() ? 0 : 16 << 10,
            HeadCacheBytes = TestStores.HeadCacheBytes(seed),
            MemTableBytes = random.Coin() ? 16 << 10 : 64 << 10,
            Compaction = TestStores.Tiny.Compaction with
            {
                WindowBytes = TestStores.WindowBytes(seed),
                UserLimit = (seed >> 8) % 3 == 0 ? new UserLimit(Rows: 8 + (long)(seed % 41), Bytes: long.MaxValue) : UserLimit.Default,
            },
            Tables = TestStores.Tiny.Tables with { Limits = TestStores.Limits(seed) },
        };
        Store = Open();
    }

    public ManualTime Time { get; } = new(TestStores.Start);

    public MetaType[] Types { get; }

    /// <summary>How many of the types, from the first, are in the schema.</summary>
    public int DeclaredTypes { get; private set; }

    /// <summary>How many of the columns of each type, from the first, are in the schema.</summary>
    public int[] Columns { get; }

    public EngineOptions Options { get; }

    public SimFileSystem Files { get; private set; } = new();

    public string Folder { get; private set; } = TestStores.Folder;

    public SignalStore Store { get; private set; }

    public static bool IsTable(string path) =>
        StoreFiles.Classify(Path.GetFileName(path), out _) is StoreFileKind.Table or StoreFileKind.ColumnFile;

    /// <summary>Opens the store, which was closed, with a schema that may have grown.</summary>
    public void Reopen(ref SimRandom random)
    {
        DeclaredTypes = Math.Min(Types.Length, DeclaredTypes + random.Below(2));
        for (int i = 0; i < Types.Length; i++)
        {
            Columns[i] = Math.Min(Types[i].Columns.Length, Columns[i] + random.Below(2));
        }

        Store = Open();
    }

    /// <summary>Abandons the store, and opens what a crash leaves.</summary>
    /// <param name="power">Whether the power goes, so that what is not synced may be lost; otherwise only the process ends.</param>
    /// <param name="folder">The folder to open: that of the store, or that of its checkpoint.</param>
    /// <param name="random">What is lost, and how the schema grows.</param>
    public void Crash(bool power, string folder, ref SimRandom random)
    {
        SimRecording run = Files.Recording();
        SimDisk disk = power ? run.CrashImage(Files.OperationCount, random.Next()) : run.KillImage(Files.OperationCount);
        Store.Engine.Close(abandon: true);
        Files = new SimFileSystem(disk);
        Folder = folder;
        Reopen(ref random);
    }

    /// <summary>
    /// The files of tables that are none of the store's. A file that a crash left without its first bytes cannot be told from another
    /// program's, and every later opening leaves it, too; one that this opening of the store left is none of these.
    /// </summary>
    public string[] FilesLeft()
    {
        HashSet<string> known = [.. Store.Engine.Tables.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta)), .. _unproven];
        known.UnionWith(Store.Engine.History?.Versions.SelectMany(version => version.DataFiles()) ?? []);
        return [.. Files.ListFiles(Folder).Where(name => IsTable(name) && !known.Contains(name))];
    }

    private SignalStore Open()
    {
        SignalStore store = SignalStore.Open(Files, Folder, Schema(), Options, Time);
        _unproven = [.. Files.ListFiles(Folder).Where(name => IsTable(name) && !OwnContent.IsIn(Files, Path.Combine(Folder, name)))];
        return store;
    }

    private StoreSchema Schema() => StoreSchema.Define(schema =>
    {
        for (int i = 0; i < DeclaredTypes; i++)
        {
            int type = i;
            schema.EventType(Types[i].Name, builder => Types[type].Declare(builder, Columns[type], _isWide));
        }
    });
}
