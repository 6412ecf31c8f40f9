namespace Signals.Dashboard;

/// <summary>
/// What the page shows and what it may do. By default it answers requests of this machine alone, changes nothing, and shows the
/// stores of the host's container.
/// </summary>
/// <remarks>Set it in the call that maps the page; it is read once, then.</remarks>
public sealed class DashboardOptions
{
    private readonly List<DashboardStore> _stores = [];

    /// <summary>
    /// Whether other machines may ask. By default only requests that come from a loopback address, under a name of this machine and
    /// through no proxy that can be seen, are answered. When you allow others, require a policy of the host on what <c>MapSignals</c>
    /// returns.
    /// </summary>
    /// <remarks>
    /// A proxy on this machine that adds no header and speaks HTTP/1.1 looks like a browser on this machine, so whoever reaches the proxy
    /// reaches the page, with this property off, too. Require a policy when a proxy runs on the machine.
    /// </remarks>
    public bool AllowRemote { get; set; }

    /// <summary>
    /// Whether the page may change stores: register and activate definitions, erase users, take checkpoints, verify, flush and
    /// compact. Off by default.
    /// </summary>
    public bool AllowChanges { get; set; }

    /// <summary>
    /// The folder in which the page takes checkpoints, each in a folder of its own. Null, the default, for no checkpoints from the
    /// page.
    /// </summary>
    public string? CheckpointFolder { get; set; }

    /// <summary>How often the stores are asked for their counters: 0.1 s to a minute, 1 s by default.</summary>
    public TimeSpan SampleInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How far back the charts go: at most 10,000 samples, 15 minutes by default.</summary>
    public TimeSpan History { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Whether reads and appends are timed for the charts of latency, and reads counted. On by default. It costs a read two clock
    /// readings and a count.
    /// </summary>
    public bool MeasureLatency { get; set; } = true;

    /// <summary>Sets what the page has to know of a store, for stores that come from the host's container.</summary>
    public Action<DashboardStore>? ConfigureStore { get; set; }

    internal IReadOnlyList<DashboardStore> Stores => _stores;

    /// <summary>Shows a store. Once a store is added here, those of the container are shown only if they are added, too.</summary>
    /// <param name="name">The name under which the page shows it: 1 to 64 letters, digits, dots, dashes and underscores.</param>
    /// <param name="store">The open store. The page does not close it.</param>
    /// <param name="configure">Sets what else the page has to know of it.</param>
    /// <exception cref="ArgumentException">The name is used already, or it has other characters.</exception>
    public DashboardOptions AddStore(string name, SignalStore store, Action<DashboardStore>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(store);
        if (name.Length > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') || name is "." or "..")
        {
            throw new ArgumentException(
                $"'{name}' cannot name a store on the page; use 1 to 64 letters, digits, dots, dashes and underscores.", nameof(name));
        }

        if (_stores.Any(other => other.Name == name))
        {
            throw new ArgumentException($"Two stores of the page are called '{name}'.", nameof(name));
        }

        DashboardStore added = new(name, store);
        configure?.Invoke(added);
        _stores.Add(added);
        return this;
    }

    /// <exception cref="ArgumentException">A setting is out of bounds.</exception>
    internal void Validate()
    {
        if (SampleInterval < TimeSpan.FromSeconds(0.1) || SampleInterval > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentException($"SampleInterval is {SampleInterval}; it must be from 0.1 s to a minute.");
        }

        if (History < SampleInterval || History / SampleInterval > 10_000)
        {
            throw new ArgumentException($"History is {History}; it must hold 1 to 10,000 samples of {SampleInterval}.");
        }
    }
}
