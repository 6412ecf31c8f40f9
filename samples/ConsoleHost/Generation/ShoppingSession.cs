namespace Signals.Samples.ConsoleHost.Generation;

/// <summary>One open visit to the shop. Mutable, inside an array of <see cref="ShoppingEvents"/>.</summary>
internal struct ShoppingSession
{
    /// <summary>Who visits.</summary>
    public uint User;

    /// <summary>Events until somebody else takes the slot.</summary>
    public uint EventsLeft;
}
