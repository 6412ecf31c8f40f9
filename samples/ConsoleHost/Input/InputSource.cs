using System.IO.Pipelines;
using Signals.Samples.ConsoleHost.Input.Gzip;

namespace Signals.Samples.ConsoleHost.Input;

/// <summary>
/// An opened file or standard input as a pipe of plain bytes: gzip is recognised by its first two bytes, whatever the name
/// says. Knows how far the file was read, for the progress bar. Owned by one reader; disposing closes the file.
/// </summary>
internal sealed class InputSource : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly long _length;

    private InputSource(Stream stream, PipeReader pipe, bool isCompressed)
    {
        _stream = stream;
        _length = stream.CanSeek ? stream.Length : 0;
        Pipe = pipe;
        IsCompressed = isCompressed;
    }

    /// <summary>The plain bytes. The reader that takes it completes it.</summary>
    public PipeReader Pipe { get; }

    /// <summary>True when the bytes come out of gzip.</summary>
    public bool IsCompressed { get; }

    /// <summary>Share of the file that was read, 0 to 1; null when the length is unknown, as with standard input.</summary>
    public double? Progress => _length > 0 ? Math.Min(1.0, (double)_stream.Position / _length) : null;

    /// <summary>Opens <paramref name="path"/>, or standard input for "-".</summary>
    public static ValueTask<InputSource> OpenAsync(string path, CancellationToken cancellationToken) =>
        FromStreamAsync(path == "-" ? Console.OpenStandardInput() : OpenFile(path), cancellationToken);

    /// <summary>Wraps a stream, which becomes owned by the result.</summary>
    public static async ValueTask<InputSource> FromStreamAsync(Stream stream, CancellationToken cancellationToken)
    {
        PipeReader raw = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true));
        ReadResult start = await raw.ReadAtLeastAsync(2, cancellationToken).ConfigureAwait(false);
        bool compressed = IsGzip(start);
        raw.AdvanceTo(start.Buffer.Start);
        if (!compressed)
        {
            return new InputSource(stream, raw, isCompressed: false);
        }
        GzipInput plain = new(raw.AsStream());
        return new InputSource(stream, PipeReader.Create(plain, new StreamPipeReaderOptions(bufferSize: 1 << 16)), true);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static bool IsGzip(in ReadResult start)
    {
        Span<byte> magic = stackalloc byte[2];
        if (start.Buffer.Length < 2)
        {
            return false;
        }
        System.Buffers.BuffersExtensions.CopyTo(start.Buffer.Slice(0, 2), magic);
        return magic is [0x1F, 0x8B];
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite,
                BufferSize = 0,
                Options = FileOptions.SequentialScan,
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"'{path}' does not exist", e);
        }
        catch (UnauthorizedAccessException e)
        {
            string what = Directory.Exists(path) ? "is a folder, not a file" : "may not be read by this user";
            throw new InputException($"'{path}' {what}", e);
        }
        catch (IOException e)
        {
            throw new InputException($"'{path}' cannot be opened: {e.Message}", e);
        }
    }
}
