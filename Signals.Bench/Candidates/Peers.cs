namespace Signals.Bench.Candidates;

/// <summary>The stores that can be compared, by the names that the command line uses. Immutable.</summary>
internal static class Peers
{
    /// <summary>This library.</summary>
    public const string Ours = "signals";

    /// <summary>This library with wrong answers, for a test of the harness.</summary>
    private const string Mistaken = "mistaken";

    private static readonly Dictionary<string, Func<StoreSetup, ICandidate>> Openers = new(StringComparer.Ordinal)
    {
        [Ours] = setup => new SignalsCandidate(setup),
        [Mistaken] = setup => new MistakenCandidate(setup),
        ["rocksdb"] = setup => new RocksDbCandidate(setup),
        ["rocksdb-packed"] = setup => new RocksDbPackedCandidate(setup),
        ["faster"] = setup => new FasterCandidate(setup),
        ["lmdb"] = setup => new LmdbCandidate(setup),
        ["zonetree"] = setup => new ZoneTreeCandidate(setup.Path),
        ["sqlite"] = setup => new SqliteCandidate(setup),
    };

    /// <summary>The names of the peers.</summary>
    public static IEnumerable<string> Names => Openers.Keys.Where(name => name is not (Ours or Mistaken));

    /// <summary>Opens a store in an empty folder.</summary>
    /// <param name="name">A name for which <see cref="Knows"/> is true, or <see cref="Ours"/>.</param>
    /// <param name="setup">The folder and the rest.</param>
    /// <exception cref="PeerMissingException">The peer is not available on this machine.</exception>
    public static ICandidate Open(string name, StoreSetup setup) => Openers[name](setup);

    /// <summary>Whether there is such a peer.</summary>
    public static bool Knows(string name) => name != Ours && Openers.ContainsKey(name);

    /// <summary>
    /// Whether the peer keeps what it acknowledged when its process is killed. ZoneTree does not: it holds the end of its
    /// compressed log in the process.
    /// </summary>
    public static bool SurvivesKill(string name) => name != "zonetree";
}
