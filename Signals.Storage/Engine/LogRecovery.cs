using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Engine;

/// <summary>
/// Replays the logs that the manifest says are still needed, repairs the tail of the last one, and removes what was
/// prepared in vain.
/// </summary>
/// <remarks>
/// Thread contract: the opening thread. A log may be unsealed only when every later one is empty; anything else is
/// corruption. The tail is repaired before a new log is made, so no log ever follows a torn one.
/// </remarks>
internal sealed class LogRecovery(IFileSystem files, string directory, ManifestState state)
{
    /// <summary>Stream position after the last record that was recovered, from tables or logs.</summary>
    public long EndPosition { get; private set; } = state.FlushedPosition;

    /// <summary>The sequence that the next log starts with.</summary>
    public ulong NextSequence { get; private set; } = 1;

    /// <summary>
    /// An empty log that comes next, or 0. The manifest may name it as the first live one, so it is used, not deleted.
    /// </summary>
    public ulong UnusedLog { get; private set; }

    public long FramesReplayed { get; private set; }

    /// <summary>Hands every frame after the flushed position to <paramref name="apply"/>, in order.</summary>
    public void Replay(Action<ulong, ReadOnlySpan<byte>, long, long> apply)
    {
        ulong[] logs = LiveLogs();
        RequireFirst(logs);
        int used = logs.Length;
        while (used > 0 && LogReader.IsEmpty(files, PathOf(logs[used - 1]), logs[used - 1]))
        {
            used--;
        }

        ulong expected = 0;
        for (int i = 0; i < used; i++)
        {
            expected = ReplayOne(logs[i], expected, isLast: i == used - 1, apply);
        }

        NextSequence = Math.Max(1, expected);
        UnusedLog = used < logs.Length ? logs[used] : 0;
        foreach (ulong unneeded in logs[Math.Min(used + 1, logs.Length)..])
        {
            files.Delete(PathOf(unneeded));
        }
    }

    private ulong ReplayOne(ulong log, ulong expected, bool isLast, Action<ulong, ReadOnlySpan<byte>, long, long> apply)
    {
        string path = PathOf(log);
        if (isLast)
        {
            // Sealed before anything is applied: replay may flush, and what a flush makes durable must not overtake its frames.
            LogReplay found = LogReader.Replay(files, path, log, expected, isLast: true, static (_, _) => { });
            LogRepair.Seal(files, path, found);
        }

        return LogReader.Replay(files, path, log, expected, isLast, (payload, position) =>
        {
            if (position > state.FlushedPosition)
            {
                ApplyFrame(path, log, payload, position, apply);
            }
        }).NextSequence;
    }

    private void ApplyFrame(string path, ulong log, ReadOnlySpan<byte> payload, long position, Action<ulong, ReadOnlySpan<byte>, long, long> apply)
    {
        try
        {
            apply(log, payload, EndPosition, position);
        }
        catch (InvalidDataException error)
        {
            throw new CorruptionException(path, 0, $"The frame that ends at stream position {position} is intact but holds no valid records: {error.Message}", error);
        }

        EndPosition = position;
        FramesReplayed++;
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

    /// <summary>The first live log is durable before the manifest names it.</summary>
    private void RequireFirst(ulong[] logs)
    {
        if (state.FirstLiveLog != 0 && (logs.Length == 0 || logs[0] != state.FirstLiveLog))
        {
            throw new CorruptionException(PathOf(state.FirstLiveLog), 0, "The manifest needs this log, but it is missing; restore the store from a checkpoint.");
        }
    }

    private string PathOf(ulong log) => Path.Combine(directory, StoreFiles.Log(log));
}
