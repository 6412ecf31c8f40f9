using Signals.Core.Model;
using Signals.Storage.History;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>Keeps what each edit makes of the store as a version, from <see cref="Start"/> on and only when versions are kept.</summary>
/// <remarks>
/// Thread contract: <see cref="Start"/> by the opening thread; <see cref="Record"/> under the lock of the
/// <see cref="VersionCommitter"/>. What is committed while the logs are replayed is not kept: no reader can tell these states from
/// the one that the opening ends with.
/// </remarks>
/// <param name="history">The versions that are kept; null when none are.</param>
/// <param name="erasures">Tells whether a flush may hold rows that an erasure hides.</param>
internal sealed class VersionRecorder(VersionHistory? history, AppliedErasures erasures)
{
    /// <summary>Whether edits are kept now.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Begins to keep versions; does nothing when none are kept.</summary>
    /// <param name="position">The stream position after everything that was recovered.</param>
    public void Start(StreamPosition position)
    {
        history?.Gate.Start(position);
        IsOn = history is not null;
    }

    /// <summary>Keeps what an edit made of the store, durably, and gives the number of the version.</summary>
    /// <param name="state">What the store consists of now.</param>
    /// <param name="edit">What changed.</param>
    public ulong Record(ManifestState state, VersionEdit edit) =>
        history!.Record(state, edit, edit.FlushedPosition is not null && erasures.TakeFlushedHidden());
}
