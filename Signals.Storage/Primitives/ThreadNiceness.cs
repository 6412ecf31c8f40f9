namespace Signals.Storage.Primitives;

/// <summary>How much less processor time than others the system gives a thread while there are too few cores for all.</summary>
internal enum ThreadNiceness
{
    /// <summary>As the other threads of the process.</summary>
    None = 0,

    /// <summary>About a third of what another thread gets. For work that others wait for sooner or later.</summary>
    Some = 5,

    /// <summary>About a tenth of what another thread gets. For work that can wait.</summary>
    Most = 10,
}
