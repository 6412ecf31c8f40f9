using System.IO.Pipelines;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Options;

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
        SingleEvent single = new();
        long events = 0;
        long most = options.Events ?? long.MaxValue;
        while (events < most && await EventSources.WaitAsync(source, options, cancellationToken).ConfigureAwait(false))
        {
            while (events < most && source.TryRead(single))
            {
                writer.Write(single, pipe);
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
