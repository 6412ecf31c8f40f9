using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine;

/// <summary>
/// Replays the logs that the manifest says are still needed, repairs the tail of the last one, and removes what was
/// prepared in vain.
/// </summary>
/// <remarks>
/// Thread contract: the opening thread. First <see cref="Check"/>, which only reads, then <see cref="Replay"/>. A log may be unsealed only when every later one is empty; anything else is
/// corruption. The tail is repaired before a new log is made, so no log ever follows a torn one.
/// </remarks>
internal sealed class LogRecovery(IFileSystem files, string directory, ManifestState state, StoreSchema schema)
{
    private const ulong FirstSequence = 1;
    private const ulong AnySequence = 0;

    private readonly List<LogReplay> _found = [];
    private ulong[] _empty = [];

    /// <summary>Stream position after the last record that was recovered, from tables or logs.</summary>
    public long EndPosition { get; private set; } = state.FlushedPosition;

    /// <summary>The sequence that the next log starts with.</summary>
    public ulong NextSequence { get; private set; } = FirstSequence;

    /// <summary>
    /// An empty log that comes next, or 0. The manifest may name it as the first live one, so it is used, not deleted.
    /// </summary>
    public ulong UnusedLog { get; private set; }

    /// <summary>
    /// Reads every log that is needed and changes nothing, so that damage is found while the store is as it was. Call it once, before
    /// <see cref="Replay"/>.
    /// </summary>
    /// <exception cref="CorruptionException">A log is missing or damaged.</exception>
    public void Check()
    {
        ulong[] logs = LiveLogs();
        RequireFirst(logs);
        int used = logs.Length;
        while (used > 0 && LogReader.IsEmpty(files, PathOf(logs[used - 1]), logs[used - 1]))
        {
            used--;
        }

        ulong expected = state.FirstLiveLog == 0 ? FirstSequence : AnySequence;
        for (int i = 0; i < used; i++)
        {
            string path = PathOf(logs[i]);
            long offset = LogFormat.HeaderBytes;
            LogReplay found = LogReader.Replay(files, path, logs[i], expected, isLast: i == used - 1, (payload, position) =>
            {
                Require(path, offset, payload, position);
                offset += LogFormat.FrameLength(payload.Length);
            });
            _found.Add(found);
            expected = found.NextSequence;
        }

        _empty = logs[used..];
    }

    /// <summary>Hands every frame after the flushed position to <paramref name="apply"/>, in order: its log, its records, the position before it.</summary>
    public void Replay(Action<ulong, ReadOnlySpan<byte>, long> apply)
    {
        for (int i = 0; i < _found.Count; i++)
        {
            bool isLast = i == _found.Count - 1;
            if (isLast)
            {
                // Sealed before anything of it is applied: replay may flush, and what a flush makes durable must not overtake its frames.
                _found[i] = LogRepair.Seal(files, PathOf(_found[i].LogNumber), _found[i]);
            }

            ReplayOne(_found[i].LogNumber, i == 0 ? AnySequence : _found[i - 1].NextSequence, isLast, apply);
        }

        NextSequence = _found.Count == 0 ? FirstSequence : Math.Max(FirstSequence, _found[^1].NextSequence);
        UnusedLog = _empty.Length > 0 ? _empty[0] : 0;
        foreach (ulong unneeded in _empty.Skip(1))
        {
            files.Delete(PathOf(unneeded));
        }
    }

    private void ReplayOne(ulong log, ulong expected, bool isLast, Action<ulong, ReadOnlySpan<byte>, long> apply)
    {
        string path = PathOf(log);
        LogReader.Replay(files, path, log, expected, isLast, (payload, position) =>
        {
            if (position > state.FlushedPosition)
            {
                apply(log, payload, EndPosition);
                EndPosition = position;
            }
        });
    }

    private void Require(string path, long offset, ReadOnlySpan<byte> payload, long position)
    {
        if (position <= state.FlushedPosition)
        {
            return;
        }

        try
        {
            RecordCheck.Require(payload, schema);
        }
        catch (InvalidDataException error)
        {
            throw new CorruptionException(path, offset, $"The frame that ends at stream position {position} is intact but holds no valid records: {error.Message}", error);
        }
    }

    private ulong[] LiveLogs()
    {
        List<ulong> logs = [];
        foreach (string name in files.ListFiles(directory))
        {
            if (StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log && number >= state.FirstLiveLog)
            {
                logs.Add(number);
            }
        }

        logs.Sort();
        return [.. logs];
    }

    /// <summary>
    /// The first live log is durable before the manifest names it, and it is named before anything is appended: only a crash while the
    /// store was made leaves a manifest that names none. The first frame of a store has sequence 1.
    /// </summary>
    private void RequireFirst(ulong[] logs)
    {
        if (state.FirstLiveLog != 0 && (logs.Length == 0 || logs[0] != state.FirstLiveLog))
        {
            throw ManifestTail.Missing(files, directory, state, StoreFiles.Log(state.FirstLiveLog));
        }
    }

    private string PathOf(ulong log) => Path.Combine(directory, StoreFiles.Log(log));
}
