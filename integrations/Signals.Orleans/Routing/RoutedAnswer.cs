namespace Signals.Orleans.Routing;

/// <summary>What another machine answered, and what is known about it here. The value is a lease.</summary>
internal readonly record struct RoutedAnswer<T>(T Value, ClusterAnswer Answer)
    where T : class, IDisposable;
