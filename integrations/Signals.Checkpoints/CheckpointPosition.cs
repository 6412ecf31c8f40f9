using System.Globalization;

namespace Signals.Checkpoints;

/// <summary>
/// How far a store or a checkpoint has come: the position of each source, and the store's own stream position. Immutable and safe to
/// share.
/// </summary>
/// <remarks>
/// A checkpoint states the position that the store had when the work began. Its content is at that position or some events later.
/// </remarks>
public sealed class CheckpointPosition
{
    /// <summary>Creates a position.</summary>
    /// <param name="sources">The position of each source, as <see cref="SignalStore.GetResumePositions"/> gives them.</param>
    /// <param name="commitPosition">The store's <see cref="SignalStore.CommitPosition"/>.</param>
    /// <exception cref="ArgumentException">A source comes twice.</exception>
    public CheckpointPosition(IReadOnlyList<SourcePosition> sources, long commitPosition)
    {
        ArgumentNullException.ThrowIfNull(sources);
        Sources = [.. sources.OrderBy(source => source.Source, StringComparer.Ordinal)];
        CommitPosition = commitPosition;
        for (int i = 1; i < Sources.Count; i++)
        {
            if (Sources[i].Source == Sources[i - 1].Source)
            {
                throw new ArgumentException($"The source '{Sources[i].Source}' comes twice.", nameof(sources));
            }
        }
    }

    /// <summary>The position of each source, ordered by name. Incarnations are not part of a checkpoint's position.</summary>
    public IReadOnlyList<SourcePosition> Sources { get; }

    /// <summary>
    /// The position in the store's own stream. It is compared only with a position that has no source, because two stores that took the
    /// same events from a source may have put them into different batches.
    /// </summary>
    public long CommitPosition { get; }

    /// <summary>The position of an open store.</summary>
    public static CheckpointPosition Of(SignalStore store)
    {
        ArgumentNullException.ThrowIfNull(store);

        // The commit comes first: what a reader sees of the sources is then at least as far.
        long commit = store.CommitPosition;
        return new CheckpointPosition(store.GetResumePositions(), commit);
    }

    /// <summary>
    /// Whether everything that <paramref name="other"/> holds of every source is also held here. This is the order in which
    /// <c>CURRENT</c> moves. Positions of which each is ahead in another source do not cover each other. If <paramref name="other"/>
    /// has no source, its <see cref="CommitPosition"/> counts.
    /// </summary>
    public bool Covers(CheckpointPosition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Sources.Count == 0
            ? CommitPosition >= other.CommitPosition
            : other.Sources.All(theirs => Find(theirs.Source) is { } mine
                && (mine.Generation, mine.Position).CompareTo((theirs.Generation, theirs.Position)) >= 0);
    }

    /// <inheritdoc/>
    public override string ToString() => Sources.Count == 0
        ? string.Create(CultureInfo.InvariantCulture, $"commit {CommitPosition}")
        : string.Join(", ", Sources.Select(source => source.Generation == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{source.Source} {source.Position}")
            : string.Create(CultureInfo.InvariantCulture, $"{source.Source} generation {source.Generation} {source.Position}")));

    private SourcePosition? Find(string source)
    {
        foreach (SourcePosition position in Sources)
        {
            if (position.Source == source)
            {
                return position;
            }
        }

        return null;
    }
}
