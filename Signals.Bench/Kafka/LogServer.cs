using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Signals.Bench.Kafka;

/// <summary>
/// As much of a Kafka broker as a consumer needs that is assigned a partition: it answers fetches from memory, as a broker answers from its
/// page cache. Each topic has one partition and never changes. It is for measurements: the broker for tests holds only 5 MiB.
/// </summary>
/// <remarks>Thread contract: one thread for each connection; the topics are immutable. Lifetime: that of its process.</remarks>
internal sealed class LogServer(IReadOnlyDictionary<string, LogBatches> topics) : IDisposable
{
    private const int Node = 1;
    private const int WaitAtEndMicroseconds = 2_000;
    private const short UnknownTopic = 3, NoCoordinator = 15, UnsupportedVersion = 35, OffsetOutOfRange = 1;
    private const short Produce = 0, Fetch = 1, ListOffsets = 2, Metadata = 3, FindCoordinator = 10, ApiVersions = 18;

    // The versions that are spoken here. Produce stands for the format of batches, and is not answered.
    private static readonly (short Api, short Least, short Most)[] Spoken =
        [(Produce, 0, 7), (Fetch, 4, 4), (ListOffsets, 1, 1), (Metadata, 1, 1), (FindCoordinator, 0, 0), (ApiVersions, 0, 0)];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <summary>Begins to listen, and returns the port.</summary>
    public int Listen()
    {
        _listener.Start();
        return ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    /// <summary>Serves until the process ends.</summary>
    public void Run()
    {
        while (true)
        {
            Socket client = _listener.AcceptSocket();
            client.NoDelay = true;
            new Thread(() => Serve(client)) { IsBackground = true }.Start();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Serve(Socket client)
    {
        using Socket socket = client;
        WireWriter answer = new();
        byte[] size = new byte[sizeof(int)];
        byte[] request = new byte[4096];
        try
        {
            while (TryReceive(socket, size))
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(size);
                request = request.Length < length ? new byte[length] : request;
                if (!TryReceive(socket, request.AsSpan(0, length)))
                {
                    return;
                }

                Answer(socket, new WireReader(request.AsSpan(0, length)), answer);
            }
        }
        catch (SocketException)
        {
            // The client has closed the connection, which ends it here too.
        }
    }

    private void Answer(Socket socket, WireReader request, WireWriter answer)
    {
        (short api, short version, int correlation) = (request.Int16(), request.Int16(), request.Int32());
        request.Text(); // who asks
        answer.Begin(correlation);
        switch (api)
        {
            case ApiVersions:
                SayVersions(answer, version);
                break;
            case Metadata:
                SayTopics(request, answer);
                break;
            case ListOffsets:
                SayOffsets(request, answer);
                break;
            case FindCoordinator:
                answer.Int16(NoCoordinator).Int32(-1).Text("").Int32(-1);
                break;
            case Fetch:
                SendRecords(socket, request, answer);
                return;
            default:
                throw new InvalidOperationException($"The client sent request {api}, which this server did not offer.");
        }

        Send(socket, answer.End().Span);
    }

    private static void SayVersions(WireWriter answer, short asked)
    {
        answer.Int16(asked == 0 ? (short)0 : UnsupportedVersion).Int32(Spoken.Length);
        foreach ((short api, short least, short most) in Spoken)
        {
            answer.Int16(api).Int16(least).Int16(most);
        }
    }

    private void SayTopics(WireReader request, WireWriter answer)
    {
        List<string> asked = [];
        for (int i = request.Int32(); i > 0; i--)
        {
            asked.Add(request.Text()!);
        }

        int port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        answer.Int32(1).Int32(Node).Text("127.0.0.1").Int32(port).Text(null).Int32(Node).Int32(asked.Count);
        foreach (string topic in asked)
        {
            bool isKnown = topics.ContainsKey(topic);
            answer.Int16(isKnown ? (short)0 : UnknownTopic).Text(topic).Int8(0).Int32(isKnown ? 1 : 0);
            if (isKnown)
            {
                answer.Int16(0).Int32(0).Int32(Node).Int32(1).Int32(Node).Int32(1).Int32(Node);
            }
        }
    }

    private void SayOffsets(WireReader request, WireWriter answer)
    {
        request.Int32(); // which replica asks
        int asked = request.Int32();
        answer.Int32(asked);
        for (int i = 0; i < asked; i++)
        {
            string topic = request.Text()!;
            int partitions = request.Int32();
            answer.Text(topic).Int32(partitions);
            for (int j = 0; j < partitions; j++)
            {
                (int partition, long time) = (request.Int32(), request.Int64());
                answer.Int32(partition).Int16(0).Int64(-1).Int64(time == -2 ? 0 : topics[topic].End);
            }
        }
    }

    // Of one partition, which is what a consumer here asks for.
    private void SendRecords(Socket socket, WireReader request, WireWriter answer)
    {
        (_, _, _, _, _) = (request.Int32(), request.Int32(), request.Int32(), request.Int32(), request.Int8());
        answer.Int32(0);
        if (request.Int32() == 0)
        {
            Send(socket, answer.Int32(0).End().Span);
            return;
        }

        string topic = request.Text()!;
        (_, _, long offset) = (request.Int32(), request.Int32(), request.Int64());
        LogBatches log = topics[topic];
        ReadOnlyMemory<byte> records = log.ReadFrom(offset);
        if (records.IsEmpty)
        {
            socket.Poll(WaitAtEndMicroseconds, SelectMode.SelectRead); // or the client would ask without pause
        }

        answer.Int32(1).Text(topic).Int32(1).Int32(0).Int16(offset > log.End ? OffsetOutOfRange : (short)0)
            .Int64(log.End).Int64(log.End).Int32(0).Int32(records.Length);
        Send(socket, answer.End(records.Length).Span);
        Send(socket, records.Span);
    }

    private static void Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    private static bool TryReceive(Socket socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int received = socket.Receive(bytes);
            if (received == 0)
            {
                return false;
            }

            bytes = bytes[received..];
        }

        return true;
    }
}
