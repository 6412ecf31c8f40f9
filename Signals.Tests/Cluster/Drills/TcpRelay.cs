using System.Net;
using System.Net.Sockets;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// Brings connections to one address to another one. The test broker listens on loopback only, which a namespace of the network does not
/// share. Threads: any.
/// </summary>
internal sealed class TcpRelay : IDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _ending = new();

    public TcpRelay(IPEndPoint from, IPEndPoint to)
    {
        _target = to;
        _listener = new TcpListener(from);
        _listener.Start();
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _ending.Cancel();
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        CancellationToken ending = _ending.Token;
        while (!ending.IsCancellationRequested)
        {
            try
            {
                _ = RelayAsync(await _listener.AcceptTcpClientAsync(ending), ending);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The relay ends, or a client went away before it was accepted; the loop's condition knows which.
            }
        }
    }

    private async Task RelayAsync(TcpClient client, CancellationToken ending)
    {
        using (client)
        using (TcpClient server = new())
        {
            try
            {
                await server.ConnectAsync(_target, ending);
                client.NoDelay = server.NoDelay = true;
                Task up = client.GetStream().CopyToAsync(server.GetStream(), ending);
                Task down = server.GetStream().CopyToAsync(client.GetStream(), ending);
                await Task.WhenAny(up, down);
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or IOException)
            {
                // Both sides see a broken connection, as they would without a relay between them.
            }
        }
    }
}
