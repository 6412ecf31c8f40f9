namespace Signals.Bench.Candidates;

/// <summary>The stores that can be compared, by the names that the command line uses. Immutable.</summary>
internal static class Peers
{
    /// <summary>This library.</summary>
    public const string Ours = "signals";

    /// <summary>This library with wrong answers, for a test of the harness.</summary>
    private const string Mistaken = "mistaken";

    private static readonly Dictionary<string, Func<string, bool, long?, ICandidate>> Openers = new(StringComparer.Ordinal)
    {
        [Ours] = (path, synced, cache) => new SignalsCandidate(path, synced, cache),
        [Mistaken] = (path, synced, cache) => new MistakenCandidate(path, synced, cache),
        ["rocksdb"] = (path, synced, cache) => new RocksDbCandidate(path, synced, cache),
        ["rocksdb-packed"] = (path, synced, _) => new RocksDbPackedCandidate(path, synced),
        ["faster"] = (path, synced, _) => new FasterCandidate(path, synced),
        ["lmdb"] = (path, synced, _) => new LmdbCandidate(path, synced),
        ["zonetree"] = (path, _, _) => new ZoneTreeCandidate(path),
        ["sqlite"] = (path, synced, _) => new SqliteCandidate(path, synced),
    };

    /// <summary>The names of the peers.</summary>
    public static IEnumerable<string> Names => Openers.Keys.Where(name => name is not (Ours or Mistaken));

    /// <summary>Opens a store in an empty folder.</summary>
    /// <param name="name">A name for which <see cref="Knows"/> is true, or <see cref="Ours"/>.</param>
    /// <param name="path">The folder.</param>
    /// <param name="synced">
    /// Whether an acknowledged batch must survive a power cut. Otherwise it must survive the end of the process.
    /// </param>
    /// <param name="cacheBytes">
    /// The memory for blocks when the store has a cache of its own; null for the comparison's default.
    /// </param>
    /// <exception cref="PeerMissingException">The peer is not available on this machine.</exception>
    public static ICandidate Open(string name, string path, bool synced, long? cacheBytes = null) =>
        Openers[name](path, synced, cacheBytes);

    /// <summary>Whether there is such a peer.</summary>
    public static bool Knows(string name) => name != Ours && Openers.ContainsKey(name);

    /// <summary>
    /// Whether the peer keeps what it acknowledged when its process is killed. ZoneTree does not: it holds the end of its
    /// compressed log in the process.
    /// </summary>
    public static bool SurvivesKill(string name) => name != "zonetree";
}
