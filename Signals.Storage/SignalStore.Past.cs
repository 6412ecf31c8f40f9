using System.Globalization;
using Signals.Core.Model;
using Signals.Core.Serving;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.Serving;
using Signals.Storage.Versions;

namespace Signals.Storage;

/// <content>Reads of the past, and sequences rebuilt from receipts.</content>
public sealed partial class SignalStore
{
    /// <summary>
    /// Stream position after the last commit that reads see: with <see cref="StoreOptions.VersionRetention"/> the store can be opened as it was at that
    /// position. Acknowledgements may name a position inside a commit; it counts as the end of the commit before.
    /// </summary>
    public long CommitPosition => Engine.History?.Gate.Position ?? Engine.AcknowledgedPosition;

    /// <summary>
    /// Whether the store in a folder keeps versions. Opened with <see cref="VersionRetention.None"/> it lets them go. The store is not
    /// opened, and nothing is changed.
    /// </summary>
    /// <param name="path">The store's folder.</param>
    public static bool KeepsVersions(string path)
    {
        string folder = FileSystems.Absolute(path);
        IFileSystem files = FileSystems.ForThisMachine();
        return files.DirectoryExists(folder) && files.ListFiles(folder).Any(name => StoreFiles.Classify(name, out _) == StoreFileKind.Versions);
    }

    /// <summary>Opens the store as it was known at a time: as of the last state that was noted at or before it (<see cref="VersionRetention.Granularity"/>).</summary>
    /// <param name="asOf">The time, which windows and ages go by, too.</param>
    /// <exception cref="VersionExpiredException">Nothing is kept from then.</exception>
    /// <exception cref="CorruptionException">A file that is kept is damaged.</exception>
    public PastStore OpenPast(DateTimeOffset asOf) => OpenPast(Kept.PointAt(asOf.ToUnixTimeMilliseconds()), asOf, asOf);

    /// <summary>Opens the store as it was known at a commit; an import belongs to the commit that came before it.</summary>
    /// <param name="position">A <see cref="CommitPosition"/>, or the position of an acknowledgement.</param>
    /// <param name="asOf">The time that windows and ages go by.</param>
    /// <exception cref="VersionExpiredException">Nothing is kept from then, or the position is not reached yet.</exception>
    /// <exception cref="CorruptionException">A file that is kept is damaged.</exception>
    public PastStore OpenPast(long position, DateTimeOffset asOf) => OpenPast(
        position <= Kept.Gate.Position && Kept.VersionAt(position) is { } version ? new PastPoint(position, version) : null, position, asOf);

    /// <summary>Gives the very sequence again that a receipt names, checked by its checksum, or says why it cannot. Dispose the answer.</summary>
    /// <remarks>
    /// It opens a version and reads the logs behind it up to the receipt's commit, which takes long for one receipt:
    /// <see cref="RebuildAsync"/> does that once for many. No quota of a tenant bounds it.
    /// </remarks>
    /// <param name="receipt">From <see cref="ServedSequence.Receipt"/> or <see cref="TensorSet.Receipts"/>.</param>
    /// <exception cref="CorruptionException">A file that is kept is damaged.</exception>
    public RebuiltSequence Rebuild(SequenceReceipt receipt)
    {
        RebuiltSequence rebuilt = default;
        new SequenceRebuilder(Engine, Definitions).Rebuild(new[] { receipt }, (_, one) => rebuilt = one, CancellationToken.None);
        return rebuilt;
    }

    /// <summary>Rebuilds many sequences, in the order in which they were read: each version is opened once and each stretch of the logs read once.</summary>
    /// <param name="receipts">The receipts, in any order.</param>
    /// <param name="onRebuilt">
    /// Is given each answer with the position of its receipt, one after the other, on one thread of the pool; it disposes the answer.
    /// </param>
    /// <param name="cancellationToken">Ends the work between two receipts.</param>
    /// <exception cref="CorruptionException">A file that is kept is damaged.</exception>
    public Task RebuildAsync(
        ReadOnlyMemory<SequenceReceipt> receipts, Action<int, RebuiltSequence> onRebuilt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onRebuilt);
        return Task.Run(() => new SequenceRebuilder(Engine, Definitions).Rebuild(receipts, onRebuilt, cancellationToken), cancellationToken);
    }

    private VersionHistory Kept => Engine.History
        ?? throw new VersionExpiredException("The store keeps no versions; open it with StoreOptions.VersionRetention to read what it was.");

    private PastStore OpenPast(PastPoint? point, IFormattable asked, DateTimeOffset asOf)
    {
        if (point is not { } found || Engine.OpenPast(found.Version, out long end) is not { } state)
        {
            throw new VersionExpiredException(
                $"The store does not keep what it was at {asked.ToString(null, CultureInfo.InvariantCulture)}; see StoreOptions.VersionRetention.");
        }

        try
        {
            if (found.Position > end)
            {
                // What came after the crash took the positions again.
                throw new VersionExpiredException(
                    $"Of what the store was at {asked.ToString(null, CultureInfo.InvariantCulture)} a crash took the end: commits up to {found.Position}, of which {end} is left.");
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
