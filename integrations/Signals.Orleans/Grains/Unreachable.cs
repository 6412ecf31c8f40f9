namespace Signals.Orleans.Grains;

/// <summary>Tells errors of the way to a machine from errors of what it did. Pure; any thread.</summary>
internal static class Unreachable
{
    /// <summary>Whether another machine may succeed where this error came from.</summary>
    public static bool Is(Exception error) => error is OrleansException or TimeoutException or ObjectDisposedException
        or System.Net.Sockets.SocketException or IOException or InvalidOperationException;
}
