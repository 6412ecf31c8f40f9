using System.Globalization;
using Signals.Core.Model;
using Signals.Definitions;
using Signals.Serving;
using Signals.Storage.DefinitionServing;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.Versions;

namespace Signals;

/// <content>Reads of past states, and sequences rebuilt from receipts.</content>
public sealed partial class SignalStore
{
    /// <summary>
    /// Stream position after the last commit that reads see. With <see cref="StoreOptions.VersionRetention"/> you can open the
    /// store as it was at that position. The position of an acknowledgement may lie inside a commit; it then counts as the end of
    /// the commit before.
    /// </summary>
    public long CommitPosition => (Engine.History?.Gate.Position ?? Engine.AcknowledgedPosition).Value;

    /// <summary>
    /// Tells whether the store in a folder keeps versions. If you open such a store with <see cref="VersionRetention.None"/>, it
    /// deletes them. This method does not open the store and changes nothing.
    /// </summary>
    /// <param name="path">The store's folder.</param>
    public static bool KeepsVersions(string path)
    {
        StoreFolder folder = new(FileSystems.ForThisMachine(), FileSystems.Absolute(path));
        return folder.Exists && HistoryFile.Exists(folder);
    }

    /// <summary>
    /// Opens the store as it was at a time: at the last state that was recorded at or before that time
    /// (<see cref="VersionRetention.Granularity"/>).
    /// </summary>
    /// <param name="asOf">The time. Windows and ages are counted from it, too.</param>
    /// <exception cref="VersionExpiredException">The store keeps no state of that time.</exception>
    /// <exception cref="CorruptionException">A kept file is damaged.</exception>
    public PastStore OpenPast(DateTimeOffset asOf) => OpenPast(Kept.PointAt(asOf.ToUnixTimeMilliseconds()), asOf, asOf);

    /// <summary>Opens the store as it was at a commit. An import belongs to the commit before it.</summary>
    /// <param name="position">A <see cref="CommitPosition"/>, or the position of an acknowledgement.</param>
    /// <param name="asOf">The time from which windows and ages are counted.</param>
    /// <exception cref="VersionExpiredException">
    /// The store keeps no state of that position, or the position is not reached yet.
    /// </exception>
    /// <exception cref="CorruptionException">A kept file is damaged.</exception>
    public PastStore OpenPast(long position, DateTimeOffset asOf) => OpenPast(PointAt(new StreamPosition(position)), position, asOf);

    /// <summary>
    /// Rebuilds exactly the sequence that a receipt names and checks it against the receipt's checksum, or says why that is
    /// impossible. Dispose the answer.
    /// </summary>
    /// <remarks>
    /// The call opens a version and reads the logs after it up to the receipt's commit. That takes long for a single receipt;
    /// <see cref="RebuildAsync"/> does it once for many. No tenant's quota limits it.
    /// </remarks>
    /// <param name="receipt">A receipt from <see cref="ServedSequence.Receipt"/> or <see cref="TensorSet.Receipts"/>.</param>
    /// <exception cref="CorruptionException">A kept file is damaged.</exception>
    public RebuiltSequence Rebuild(SequenceReceipt receipt)
    {
        RebuiltSequence rebuilt = default;
        new SequenceRebuilder(Engine, Definitions).Rebuild(new[] { receipt }, (_, one) => rebuilt = one, CancellationToken.None);
        return rebuilt;
    }

    /// <summary>
    /// Rebuilds many sequences, in the order in which they were read. It opens each version once and reads each stretch of the
    /// logs once.
    /// </summary>
    /// <param name="receipts">The receipts, in any order.</param>
    /// <param name="onRebuilt">
    /// Receives each answer with the index of its receipt. It is called for one answer at a time, on one thread of the pool, and
    /// must dispose the answer.
    /// </param>
    /// <param name="cancellationToken">Ends the work between two receipts.</param>
    /// <exception cref="CorruptionException">A kept file is damaged.</exception>
    public Task RebuildAsync(
        ReadOnlyMemory<SequenceReceipt> receipts, Action<int, RebuiltSequence> onRebuilt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onRebuilt);
        return Task.Run(
            () => new SequenceRebuilder(Engine, Definitions).Rebuild(receipts, onRebuilt, cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// Reads many sequences, each as it was known at a time of its own: at the last state that was recorded at or before that time, as
    /// <see cref="OpenPast(DateTimeOffset)"/> gives it. Each kept version is opened once, and each stretch of the logs is read once,
    /// whatever the order of the reads.
    /// </summary>
    /// <param name="reads">Users and times, in any order. One user may come with many times.</param>
    /// <param name="definition">The name of the definition; today's version of it makes every sequence.</param>
    /// <param name="onRead">
    /// Receives each answer with the index of its read. It is called for one answer at a time, on one thread of the pool, and must
    /// dispose the answer. Its status is <see cref="RebuildStatus.Exact"/>, or the reason why there is no sequence:
    /// <see cref="RebuildStatus.Expired"/>, <see cref="RebuildStatus.Lost"/> or <see cref="RebuildStatus.ErasedUser"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the work between two reads.</param>
    /// <exception cref="VersionExpiredException">The store keeps no versions.</exception>
    /// <exception cref="UnknownDefinitionException">There is no such definition, or it is retired.</exception>
    /// <exception cref="DefinitionException">The active version is stored but cannot be used now; the message says why.</exception>
    /// <exception cref="InvalidOperationException">
    /// An enrichment of the definition is computed, or may be computed, at serving: from what its enricher knows now.
    /// </exception>
    /// <exception cref="CorruptionException">A kept file is damaged.</exception>
    public Task ReadPastAsync(
        ReadOnlyMemory<PastRead> reads,
        string definition,
        Action<int, RebuiltSequence> onRead,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onRead);
        PastReads past = new(Engine, Kept, Definitions.Find(definition, []));
        return Task.Run(() => past.Read(reads, onRead, cancellationToken), cancellationToken);
    }

    private VersionHistory Kept => Engine.History
        ?? throw new VersionExpiredException(
            "The store keeps no versions; open it with StoreOptions.VersionRetention to read past states.");

    private PastPoint? PointAt(StreamPosition position) =>
        position <= Kept.Gate.Position && Kept.VersionAt(position) is { } version ? new PastPoint(position, version) : null;

    private PastStore OpenPast(PastPoint? point, IFormattable asked, DateTimeOffset asOf)
    {
        if (point is not { } found || Engine.OpenPast(found.Version, out StreamPosition end) is not { } state)
        {
            throw new VersionExpiredException(
                $"The store does not keep its state at {asked.ToString(null, CultureInfo.InvariantCulture)}; "
                + "see StoreOptions.VersionRetention.");
        }

        try
        {
            if (found.Position > end)
            {
                // After the crash, new commits took these positions again.
                throw new VersionExpiredException(
                    $"The state of the store at {asked.ToString(null, CultureInfo.InvariantCulture)} "
                    + $"needs commits up to {found.Position}, but a crash lost those after {end}.");
            }

            state.AdvanceTo(found.Position);
            return new PastStore(state, Definitions, asOf);
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }
}
