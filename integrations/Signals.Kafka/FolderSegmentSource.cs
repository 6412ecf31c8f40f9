namespace Signals.Kafka;

/// <summary>
/// Segments in a folder that all machines see. A name is the path of a file below it, with <c>/</c> between its parts; no part may be
/// <c>..</c>, and no link is followed below the folder. Immutable; any thread.
/// </summary>
/// <param name="folder">The folder.</param>
public sealed class FolderSegmentSource(string folder) : ISegmentSource
{
    private const int BufferBytes = 1 << 20;

    private readonly string _folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <inheritdoc/>
    /// <exception cref="SegmentNotAllowedException">The name leads out of the folder, or is none.</exception>
    /// <exception cref="InvalidDataException">The file has another length than the log says.</exception>
    /// <exception cref="IOException">The file cannot be read, or a link leads to it.</exception>
    public async Task FetchAsync(SegmentReference segment, string localPath, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(segment);
        FileStream from = new(PathOf(segment.Name), FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, useAsync: true);
        await using (from.ConfigureAwait(false))
        {
            segment.RequireLength(from.Length);
            FileStream to = new(localPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes, useAsync: true);
            await using (to.ConfigureAwait(false))
            {
                await from.CopyToAsync(to, BufferBytes, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private string PathOf(string name)
    {
        string path = _folder;
        foreach (string part in name.Split('/'))
        {
            // By the name alone, so that all replicas decide alike, on every system.
            if (part is "" or "." or ".." || part.AsSpan().IndexOfAny('\\', ':') >= 0 || part.Any(char.IsControl))
            {
                throw new SegmentNotAllowedException(
                    $"The segment '{name}' must be named by a path below '{_folder}': parts with '/' between them, none of them empty, "
                        + "'.' or '..', and without backslashes, colons and control characters.");
            }

            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is { } target)
            {
                throw new IOException($"'{path}' is a link to '{target}', and links are not followed. Put the segment itself there.");
            }
        }

        return path;
    }
}
