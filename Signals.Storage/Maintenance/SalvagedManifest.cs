using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Maintenance;

/// <summary>What can still be read of a damaged store's manifest. Immutable once read; nothing is written.</summary>
internal sealed class SalvagedManifest
{
    private const ulong LogNumberFlag = 1UL << 63;

    private SalvagedManifest(ManifestState state, bool isWhole) => (State, IsWhole) = (state, isWhole);

    /// <summary>The sum of the edits that could be read.</summary>
    public ManifestState State { get; }

    /// <summary>Whether these are all edits, so that a table which they do not name is none of the store's.</summary>
    public bool IsWhole { get; }

    /// <summary>Reads the manifest that CURRENT names or, when that is damaged, the newest; as many edits from its beginning as are intact.</summary>
    public static SalvagedManifest Read(IFileSystem files, string directory, List<SalvageLoss> losses)
    {
        try
        {
            return new SalvagedManifest(Manifest.Read(files, directory), isWhole: true);
        }
        catch (SignalsException error)
        {
            (string file, long offset) = error is CorruptionException damage ? (damage.File, damage.Offset) : (Path.Combine(directory, StoreFiles.Current), 0);
            losses.Add(new SalvageLoss(file, offset, 0, 0, $"{error.Message} Edits and erasures after it are unknown; tables are taken as the folder has them."));
            return new SalvagedManifest(ReadBeginning(files, directory), isWhole: false);
        }
    }

    /// <summary>The schema that the manifest holds, or the one given; they must not contradict each other.</summary>
    /// <exception cref="SignalsException">Neither is there.</exception>
    public StoreSchema Schema(StoreSchema? declared, string directory)
    {
        StoreSchema? stored = State.Schema.IsEmpty ? null : SchemaSerializer.Read(State.Schema);
        return (stored, declared) switch
        {
            ({ } known, { } given) => SchemaEvolution.Resolve(known, given, out _),
            ({ } known, null) => known,
            (null, { } given) => given,
            _ => throw new SignalsException($"The manifest of '{directory}' is lost and the schema with it; give the schema to salvage with."),
        };
    }

    private static ManifestState ReadBeginning(IFileSystem files, string directory)
    {
        ManifestState state = new();
        ulong newest = 0;
        foreach (string name in files.ListFiles(directory))
        {
            newest = StoreFiles.Classify(name, out ulong number) == StoreFileKind.Manifest ? Math.Max(newest, number) : newest;
        }

        if (newest == 0)
        {
            return state;
        }

        try
        {
            string path = Path.Combine(directory, StoreFiles.Manifest(newest));
            LogScan.ReadTo(files, path, newest | LogNumberFlag, long.MaxValue, (long _, in LogFrame _, ReadOnlySpan<byte> payload) =>
                state.Apply(VersionEditFormat.Read(payload.ToArray())));
        }
        catch (Exception error) when (error is SignalsException or InvalidDataException)
        {
            // The end of what is intact: reported by the caller, who failed to read it as a whole.
        }

        return state;
    }
}
