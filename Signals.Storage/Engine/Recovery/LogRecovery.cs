using Signals.Core.Model;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine.Recovery;

/// <summary>
/// Replays the logs that the manifest still needs, repairs the tail of the last one, and removes logs that were prepared and not used.
/// </summary>
/// <remarks>
/// Thread contract: the opening thread, but for <see cref="Seal"/>, which another thread may run beside the replay of all logs but the
/// last. First <see cref="Check"/>, which only reads, then <see cref="Seal"/> and <see cref="Replay"/>. Invariants: a log is unsealed only
/// when every later one is empty, anything else is corruption; the tail is repaired before a new log is made, so no log ever follows a
/// torn one. Lifetime: one opening.
/// </remarks>
internal sealed class LogRecovery(StoreFolder folder, ManifestState state, StoreSchema schema)
{
    private const ulong FirstSequence = 1;
    private const ulong AnySequence = 0;

    private readonly List<LogReplay> _found = [];
    private ulong[] _empty = [];

    /// <summary>Stream position after the last record that was recovered, from tables or logs.</summary>
    public StreamPosition EndPosition { get; private set; } = state.FlushedPosition;

    /// <summary>The bytes of all records that <see cref="Replay"/> hands over, as <see cref="Check"/> found them.</summary>
    public long BytesToApply { get; private set; }

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
        while (used > 0 && LogReader.IsEmpty(folder.Files, folder.Log(logs[used - 1]), logs[used - 1]))
        {
            used--;
        }

        ulong expected = state.FirstLiveLog == 0 ? FirstSequence : AnySequence;
        for (int i = 0; i < used; i++)
        {
            string path = folder.Log(logs[i]);
            long offset = LogFormat.HeaderBytes;
            LogReplay found = LogReader.Replay(folder.Files, path, logs[i], expected, isLast: i == used - 1, (payload, position) =>
            {
                Require(path, offset, payload, position);
                offset += LogFormat.EntryLength(payload.Length);
            });
            _found.Add(found);
            expected = found.NextSequence;
        }

        _empty = logs[used..];
    }

    /// <summary>
    /// Repairs the tail of the last log and deletes logs that were prepared and are not used. From then on <see cref="NextSequence"/> and
    /// <see cref="UnusedLog"/> are known, and a new log may be made.
    /// </summary>
    public void Seal()
    {
        if (_found.Count > 0)
        {
            _found[^1] = LogRepair.Seal(folder.Files, folder.Log(_found[^1].LogNumber), _found[^1]);
            NextSequence = Math.Max(FirstSequence, _found[^1].NextSequence);
        }

        UnusedLog = _empty.Length > 0 ? _empty[0] : 0;
        foreach (ulong unneeded in _empty.Skip(1))
        {
            folder.Files.Delete(folder.Log(unneeded));
        }
    }

    /// <summary>
    /// Hands every entry after the flushed position to <paramref name="apply"/>, in order: its log, its records, the position
    /// before it.
    /// </summary>
    /// <param name="apply">Applies an entry.</param>
    /// <param name="waitForSeal">
    /// Returns once <see cref="Seal"/> has: the last log is sealed before its records are applied, because replay may flush, and a flush
    /// must not make records durable whose entries are not.
    /// </param>
    public void Replay(Action<ulong, ReadOnlySpan<byte>, StreamPosition> apply, Action waitForSeal)
    {
        ulong expected = AnySequence;
        for (int i = 0; i < _found.Count; i++)
        {
            bool isLast = i == _found.Count - 1;
            if (isLast)
            {
                waitForSeal();
            }

            LogReplay found = _found[i];
            ReplayOne(found.LogNumber, expected, isLast, apply);
            expected = found.NextSequence;
        }
    }

    private void ReplayOne(ulong log, ulong expected, bool isLast, Action<ulong, ReadOnlySpan<byte>, StreamPosition> apply)
    {
        string path = folder.Log(log);
        LogReader.Replay(folder.Files, path, log, expected, isLast, (payload, position) =>
        {
            if (position > state.FlushedPosition)
            {
                apply(log, payload, EndPosition);
                EndPosition = position;
            }
        });
    }

    private void Require(string path, long offset, ReadOnlySpan<byte> payload, StreamPosition position)
    {
        if (position <= state.FlushedPosition)
        {
            return;
        }

        try
        {
            RecordCheck.Require(payload, schema);
            BytesToApply += payload.Length;
        }
        catch (InvalidDataException error)
        {
            throw new CorruptionException(
                path,
                offset,
                $"The entry that ends at stream position {position} is intact but holds no valid records: {error.Message}",
                error);
        }
    }

    private ulong[] LiveLogs() => [.. folder.Logs().Where(log => log >= state.FirstLiveLog)];

    /// <summary>
    /// Requires the first live log. It is durable before the manifest names it, and named before anything is appended: only a crash while
    /// the store was made leaves a manifest that names none.
    /// </summary>
    private void RequireFirst(ulong[] logs)
    {
        if (state.FirstLiveLog != 0 && (logs.Length == 0 || logs[0] != state.FirstLiveLog))
        {
            throw ManifestTail.Missing(folder, state, StoreFiles.Log(state.FirstLiveLog));
        }
    }

}
