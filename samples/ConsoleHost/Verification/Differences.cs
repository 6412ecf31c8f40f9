namespace Signals.Samples.ConsoleHost.Verification;

/// <summary>Counts where store and model differ and describes the first few. One thread.</summary>
internal sealed class Differences
{
    private const int MaxDescribed = 10;
    private readonly List<string> _described = [];

    /// <summary>All of them.</summary>
    public long Count { get; private set; }

    /// <summary>The first few, in words.</summary>
    public IReadOnlyList<string> Described => _described;

    /// <summary>True when another one would be described.</summary>
    public bool WantsMore => _described.Count < MaxDescribed;

    /// <summary>Counts one.</summary>
    public void Add(string description)
    {
        Count++;
        if (WantsMore)
        {
            _described.Add(description);
        }
    }
}
