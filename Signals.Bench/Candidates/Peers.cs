namespace Signals.Bench.Candidates;

/// <summary>The stores that can be compared, by the name of the option. Immutable.</summary>
internal static class Peers
{
    /// <summary>This library.</summary>
    public const string Ours = "signals";

    private static readonly Dictionary<string, Func<string, bool, ICandidate>> Openers = new(StringComparer.Ordinal)
    {
        [Ours] = (path, synced) => new SignalsCandidate(path, synced),
        ["rocksdb"] = (path, synced) => new RocksDbCandidate(path, synced),
        ["rocksdb-packed"] = (path, synced) => new RocksDbPackedCandidate(path, synced),
        ["faster"] = (path, synced) => new FasterCandidate(path, synced),
        ["lmdb"] = (path, synced) => new LmdbCandidate(path, synced),
        ["zonetree"] = (path, _) => new ZoneTreeCandidate(path),
        ["sqlite"] = (path, synced) => new SqliteCandidate(path, synced),
    };

    /// <summary>Names of all but ours.</summary>
    public static IEnumerable<string> Names => Openers.Keys.Where(name => name != Ours);

    /// <summary>Opens a store in an empty folder.</summary>
    /// <param name="name">A name that <see cref="Knows"/>.</param>
    /// <param name="path">The folder.</param>
    /// <param name="synced">Whether an acknowledged batch has to survive a power cut; else it has to survive the process.</param>
    /// <exception cref="PeerMissingException">It cannot be had here.</exception>
    public static ICandidate Open(string name, string path, bool synced) => Openers[name](path, synced);

    /// <summary>Whether there is such a peer.</summary>
    public static bool Knows(string name) => name != Ours && Openers.ContainsKey(name);

    /// <summary>Whether it keeps what it acknowledged when its process is killed; ZoneTree holds the end of its compressed log in the process.</summary>
    public static bool SurvivesKill(string name) => name != "zonetree";
}
