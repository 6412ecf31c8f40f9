using Signals.Core.Model;
using Signals.Storage.History;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <content>What the store was.</content>
internal sealed partial class StoreEngine
{
    /// <summary>The versions that are kept; null when none are.</summary>
    public VersionHistory? History => _history;

    /// <summary>Opens a kept version as of its own; null when it is not kept any more. Dispose it.</summary>
    /// <param name="number">The version.</param>
    /// <param name="end">Position behind which records of the version's time were lost.</param>
    public PastState? OpenPast(ulong number, out long end)
    {
        end = 0;
        if (_history is null || !_history.TryPin(number, out RetainedVersion version, out Erasure[] erasures, out end, out IDisposable? pinned))
        {
            return null;
        }

        try
        {
            return new PastState(_files, _directory, Schema, _options, version, erasures, pinned!, _erasures, Telemetry, Time);
        }
        catch
        {
            pinned!.Dispose();
            throw;
        }
    }

    /// <summary>Stream position up to which everything is visible.</summary>
    public long AcknowledgedPosition => _acks.Acknowledged;

    /// <summary>Newest erased time of a user as of now.</summary>
    public long ErasedTo(in UserId user) => _erasures.CutoffOf(user);

    /// <summary>The first version of this opening: from here on edits that readers can tell are kept.</summary>
    private void StartHistory(long position)
    {
        if (_history is not null)
        {
            _history.Gate.Start(position);
            _applier.Gate = _history.Gate;
            Committer.OnInstalling = (state, edit) => _history.Record(state, edit, edit.FlushedPosition is not null && _applier.TakeFlushedErased());
            Committer.KeepNow();
        }
    }

    /// <summary>The upkeep thread's work: the next log, spare memory, what readers have left behind, kept versions.</summary>
    private void DoUpkeep()
    {
        _log?.PrepareNext();
        _arenas.Prepare();
        _epochs.Collect();
        _work.Deleting.TryStep();
        Reader.Pools.Age();
        KeepHistory();
    }

    private void KeepHistory()
    {
        FailStop.RequireWritable();
        if (_history?.IsHeldBack(_view.Current.Tables) == true)
        {
            Committer.KeepNow();
        }

        _history?.Upkeep(_view.Current.Version);
    }
}
