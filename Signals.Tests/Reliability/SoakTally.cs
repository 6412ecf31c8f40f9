using System.Collections.Concurrent;

namespace Signals.Tests.Reliability;

/// <summary>How often each kind of work of a soak ended well, and with which typed errors. Threads: any.</summary>
internal sealed class SoakTally
{
    public static readonly string[] Kinds = ["read", "lease", "flush", "compact", "checkpoint", "verify", "import", "erase", "misuse"];

    private readonly ConcurrentDictionary<string, int> _done = new();
    private readonly ConcurrentDictionary<string, int> _refused = new();

    public void Done(string kind) => _done.AddOrUpdate(kind, 1, static (_, count) => count + 1);

    public void Refused(string kind, Exception error) =>
        _refused.AddOrUpdate($"{kind} {error.GetType().Name}", 1, static (_, count) => count + 1);

    public void AssertEverythingHappened() => Assert.That(_done.Keys, Is.SupersetOf(Kinds));

    public override string ToString() =>
        $"{string.Join(", ", _done.OrderBy(kind => kind.Key).Select(kind => $"{kind.Key} {kind.Value}"))}; refused: "
            + $"{string.Join(", ", _refused.OrderBy(kind => kind.Key).Select(kind => $"{kind.Key} {kind.Value}"))}";
}
