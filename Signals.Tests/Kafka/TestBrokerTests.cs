using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Signals.Testing;
using Signals.Tests.Reliability;

namespace Signals.Tests.Kafka;

/// <summary>The broker for tests is away for all its clients when it is taken down.</summary>
[Category("Kafka")]
[Platform("Linux")]
internal sealed class TestBrokerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // librdkafka lets it inherit them, so without more ado its clients wait for answers that never come.
    [Test]
    public async Task TakeDown_AProcessHasInheritedTheConnection_TheClientNoticesIt()
    {
        using TestBroker broker = StartOrSkip();
        using TcpClient client = await ConnectAsync(broker);
        using WatchedProcess heir = WatchedProcess.Start(new ProcessStartInfo("sleep", ["60"]));
        broker.TakeDown();
        Assert.That(await IsEndedAsync(client), Is.True);
        Assert.That(heir.HasExited, Is.False, "it still holds the broker's end");
        broker.BringUp();
        using TcpClient next = await ConnectAsync(broker);
    }

    [Test]
    public async Task Dispose_AProcessHasInheritedTheConnection_TheClientNoticesIt()
    {
        TcpClient client;
        WatchedProcess heir;
        using (TestBroker broker = StartOrSkip())
        {
            client = await ConnectAsync(broker);
            heir = WatchedProcess.Start(new ProcessStartInfo("sleep", ["60"]));
        }

        using (client)
        using (heir)
        {
            Assert.That(await IsEndedAsync(client), Is.True);
        }
    }

    [Test]
    public async Task FallSilent_TheConnectionStaysAndNobodyAnswers()
    {
        using TestBroker broker = StartOrSkip();
        using TcpClient client = await ConnectAsync(broker);
        broker.FallSilent();
        broker.BringUp();
        await AskForVersionsAsync(client);
        using CancellationTokenSource moment = new(TimeSpan.FromMilliseconds(500));
        Assert.That(
            async () => await client.GetStream().ReadAsync(new byte[1], moment.Token), Throws.InstanceOf<OperationCanceledException>());
        using TcpClient next = await ConnectAsync(broker);
    }

    private static TestBroker StartOrSkip()
    {
        if (!TestBroker.IsAvailable(out string reason))
        {
            Assert.Ignore($"skipped: {reason}");
        }

        return TestBroker.Start();
    }

    // The broker has taken the connection when it has answered.
    private static async Task<TcpClient> ConnectAsync(TestBroker broker)
    {
        TcpClient client = new();
        using CancellationTokenSource patience = new(Patience);
        await client.ConnectAsync(IPEndPoint.Parse(broker.BootstrapServers), patience.Token);
        await AskForVersionsAsync(client);
        byte[] answer = new byte[4096];
        Assert.That(await client.GetStream().ReadAsync(answer, patience.Token), Is.GreaterThan(0));
        return client;
    }

    // ApiVersions, version 0, of a client without a name.
    private static async Task AskForVersionsAsync(TcpClient client) =>
        await client.GetStream().WriteAsync(new byte[] { 0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 255, 255 });

    private static async Task<bool> IsEndedAsync(TcpClient client)
    {
        using CancellationTokenSource patience = new(Patience);
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], patience.Token) == 0;
        }
        catch (IOException)
        {
            return true; // reset
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
