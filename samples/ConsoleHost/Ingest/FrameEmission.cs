using System.IO.Pipelines;
using Signals.Core.Ingest;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Options;
using Signals.Storage.Frames;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>Writes a source's events as MessagePack frames instead of storing them. One use.</summary>
internal sealed class FrameEmission(IEventSource source, HostOptions options)
{
    private const long FlushEveryBytes = 1 << 16;

    /// <summary>Writes to <paramref name="output"/>; answers how many events were written.</summary>
    public async Task<long> RunAsync(Stream output, CancellationToken cancellationToken)
    {
        PipeWriter pipe = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        EventFrameWriter writer = new();
        EventRecord record = new();
        long events = 0;
        long most = options.Events ?? long.MaxValue;
        while (events < most && await EventSources.WaitAsync(source, options, cancellationToken).ConfigureAwait(false))
        {
            while (events < most && source.TryRead(record))
            {
                writer.Write(record, pipe);
                events++;
                if (pipe.UnflushedBytes > FlushEveryBytes)
                {
                    await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
                }
            }
            await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        await pipe.CompleteAsync().ConfigureAwait(false);
        return events;
    }
}
