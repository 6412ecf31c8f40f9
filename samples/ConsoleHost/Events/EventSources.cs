using Signals.Samples.ConsoleHost.Csv;
using Signals.Samples.ConsoleHost.Exported;
using Signals.Samples.ConsoleHost.Frames;
using Signals.Samples.ConsoleHost.Generation;
using Signals.Samples.ConsoleHost.Input;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Events;

/// <summary>Opens the source that the options ask for, and reads any source with its errors put into words. Pure.</summary>
internal static class EventSources
{
    private const long DefaultEvents = 1_000_000;
    private const int EventsPerUser = 50;

    /// <summary>Opens the generator, the file or standard input. Throws <see cref="InputException"/> and usage errors.</summary>
    public static async ValueTask<IEventSource> OpenAsync(HostOptions options, CancellationToken cancellationToken)
    {
        Retention retention = Retention.From(options);
        if (options.Input is null)
        {
            return new ShoppingEvents(Traffic(options), retention);
        }
        InputSource input = await ReadableAsync(options.Input, () => InputSource.OpenAsync(options.Input, cancellationToken))
            .ConfigureAwait(false);
        try
        {
            StoreSchema? schema = options.SchemaOf is { } folder ? SignalStore.ReadSchema(folder)
                : options.IsExport || options.Format != InputFormat.Csv ? MappedSchema.Build(options.Mapping, retention)
                : null;
            return options.Format == InputFormat.Frames
                ? new FrameEventSource(input, schema!, options.SchemaOf is null ? options.Mapping : null)
                : options.Format == InputFormat.JsonLines ? new JsonLinesSource(input, schema!)
                : options.IsExport ? await ReadableAsync(options.Input, () => OpenExportAsync(input, schema!, cancellationToken))
                    .ConfigureAwait(false)
                : await ReadableAsync(options.Input, () => OpenCsvAsync(input, options, retention, cancellationToken))
                    .ConfigureAwait(false);
        }
        catch
        {
            await input.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits for more events; an input that cannot be read on is an <see cref="InputException"/>.</summary>
    public static ValueTask<bool> WaitAsync(IEventSource source, HostOptions options, CancellationToken cancellationToken) =>
        ReadableAsync(options.Input ?? "the generator", () => source.WaitAsync(cancellationToken));

    private static async ValueTask<IEventSource> OpenCsvAsync(
        InputSource input, HostOptions options, Retention retention, CancellationToken cancellationToken) =>
        await CsvEventSource.OpenAsync(input, options.Mapping, retention, cancellationToken).ConfigureAwait(false);

    private static async ValueTask<IEventSource> OpenExportAsync(
        InputSource input, StoreSchema schema, CancellationToken cancellationToken) =>
        await ExportedCsvSource.OpenAsync(input, schema, cancellationToken).ConfigureAwait(false);

    private static async ValueTask<T> ReadableAsync<T>(string name, Func<ValueTask<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"'{name}' looks like gzip but is damaged: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new InputException($"'{name}' cannot be read: {e.Message}", e);
        }
    }

    private static ShoppingOptions Traffic(HostOptions options)
    {
        long events = options.Events ?? DefaultEvents;
        return new ShoppingOptions
        {
            Events = events,
            Users = options.Users ?? (int)Math.Clamp(events / EventsPerUser, 10, int.MaxValue),
            Seed = options.Seed,
        };
    }
}
