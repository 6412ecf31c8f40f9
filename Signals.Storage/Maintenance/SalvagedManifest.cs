using Signals.Core.Schema;
using Signals.Maintenance;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Maintenance;

/// <summary>The part of a damaged store's manifest that can still be read. Immutable once read; it writes nothing.</summary>
internal sealed class SalvagedManifest
{
    private const ulong LogNumberFlag = 1UL << 63;

    // A time that each opening takes for its own: from the first opening of the copy on.
    private static readonly long FirstOpening = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private SalvagedManifest(ManifestState state, bool isWhole) => (State, IsWhole) = (state, isWhole);

    /// <summary>The state that the readable edits add up to.</summary>
    public ManifestState State { get; }

    /// <summary>Whether these are all edits. If so, a table that they do not name does not belong to the store.</summary>
    public bool IsWhole { get; }

    /// <summary>
    /// Reads the manifest that CURRENT names or, when that is damaged, the newest one. It reads as many edits from the beginning
    /// as are intact.
    /// </summary>
    public static SalvagedManifest Read(StoreFolder folder, List<SalvageLoss> losses)
    {
        try
        {
            return new SalvagedManifest(Manifest.Read(folder), isWhole: true);
        }
        catch (SignalsException error)
        {
            (string file, long offset) = error is CorruptionException damage
                ? (damage.File, damage.Offset)
                : (folder.Current, 0);
            losses.Add(new SalvageLoss(
                file, offset, 0, 0,
                $"{error.Message} Later edits and erasures are unknown; all tables in the folder are taken."));
            return new SalvagedManifest(ReadBeginning(folder), isWhole: false);
        }
    }

    /// <summary>
    /// The schema that the manifest holds, or the given one. They must not contradict each other. The readable edits may be older than the
    /// given schema. One that has what was dropped is that of a store, and goes by ids; any other is a program's, and goes by names.
    /// </summary>
    /// <exception cref="SignalsException">
    /// There is neither a stored nor a given schema, or the two contradict each other.
    /// </exception>
    public StoreSchema Schema(StoreSchema? declared, string directory)
    {
        StoreSchema? stored = Stored(directory);
        return (stored, declared) switch
        {
            ({ } known, { HasDropped: true } given) => SchemaById.Join(known, given),
            ({ } known, { } given) => SchemaEvolution.Resolve(known, given, out _, DropTime.Never(FirstOpening)),
            ({ } known, null) => known,
            (null, { } given) => given,
            _ => throw new SignalsException(
                $"The manifest of '{directory}' is lost, and the schema with it; pass the schema to Salvage, with every column "
                + "that the store ever got, in that order, dropped ones included."),
        };
    }

    /// <summary>
    /// What the copy holds on disk under a schema that may say less than the stored one. What was not held before is held from the
    /// first opening of the copy on, because its opening knows the time.
    /// </summary>
    public List<HeldLimit> HeldLimits(StoreSchema schema) => State.Schema.IsEmpty ? [] : RetentionChoice.Settle(
        State.ReadSchema(), schema, State.HeldLimits, FirstOpening, TimeSpan.MaxValue);

    private StoreSchema? Stored(string directory)
    {
        try
        {
            return State.Schema.IsEmpty ? null : SchemaSerializer.Read(State.Schema);
        }
        catch (InvalidDataException error)
        {
            throw new CorruptionException(
                Path.Combine(directory, StoreFiles.Current), 0, $"the manifest that it names holds no schema: {error.Message}", error);
        }
    }

    private static ManifestState ReadBeginning(StoreFolder folder)
    {
        ManifestState state = new();
        ulong newest = folder.NumbersOf(StoreFileKind.Manifest).LastOrDefault();
        if (newest == 0)
        {
            return state;
        }

        try
        {
            string path = folder.Manifest(newest);
            LogScan.ReadTo(folder.Files, path, newest | LogNumberFlag, long.MaxValue, (long _, in LogEntry _, ReadOnlySpan<byte> payload) =>
                state.Apply(VersionEditFormat.Read(payload.ToArray())));
        }
        catch (Exception error) when (error is SignalsException or InvalidDataException)
        {
            // This is the end of the intact part. The caller, which failed to read the manifest as a whole, has reported it.
        }

        return state;
    }
}
