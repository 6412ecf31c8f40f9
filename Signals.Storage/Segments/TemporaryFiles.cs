using System.Globalization;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Segments;

/// <summary>
/// The temporary files beside a segment that is being written: their names, and how they are deleted. A name is that of the segment,
/// one word for what the file holds, with a number if there are several, and the suffix. So no two segments share one, even if the
/// name of one is the beginning of the other's. Thread contract: any thread; stateless.
/// </summary>
internal static class TemporaryFiles
{
    /// <summary>The segment itself, until it is complete.</summary>
    public const string Whole = "new";

    /// <summary>Says that a writer is at work.</summary>
    public const string Lock = "lock";

    /// <summary>The patches of a window whose events are not written yet.</summary>
    public const string Patches = "patches";

    /// <summary>Sorted rows. Numbered.</summary>
    public const string Run = "run";

    /// <summary>A part that waits for those of earlier windows. Numbered.</summary>
    public const string Part = "part";

    private const int LeastDigits = 6;

    /// <summary>The path of the only file of a kind.</summary>
    /// <param name="segment">The path of the segment.</param>
    /// <param name="kind">What the file holds.</param>
    public static string PathOf(string segment, string kind) => $"{segment}.{kind}{DurableFile.TemporarySuffix}";

    /// <summary>The path of a numbered file.</summary>
    /// <param name="segment">The path of the segment.</param>
    /// <param name="kind">What the file holds.</param>
    /// <param name="number">Tells the files of one kind apart.</param>
    public static string PathOf(string segment, string kind, int number) => PathOf(segment, kind + Digits(number));

    /// <summary>
    /// Whether a file name is that of a temporary file of a segment, with or without the counter that
    /// <see cref="OwnContent.FreeTemporary"/> adds. The lock does not count: who holds it deletes it.
    /// </summary>
    public static bool IsOf(string segment, string name)
    {
        int start = segment.Length + 1;
        int end = name.Length - DurableFile.TemporarySuffix.Length;
        if (end <= start || !name.StartsWith(segment, StringComparison.Ordinal) || name[segment.Length] != '.'
            || !name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> kind = name.AsSpan(start, end - start);
        int dot = kind.IndexOf('.');
        if (dot >= 0)
        {
            if (!OwnContent.IsCounter(kind[(dot + 1)..]))
            {
                return false;
            }

            kind = kind[..dot];
        }

        return kind is Whole or Patches || IsNumbered(Run, kind) || IsNumbered(Part, kind);
    }

    /// <summary>
    /// Deletes a file if that is possible. An error is not reported: it would hide the error for which the file was given up, and
    /// the next writer of the segment deletes what is left.
    /// </summary>
    public static void TryDelete(IFileSystem files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (FileOperationException)
        {
        }
    }

    private static string Digits(int number) => number.ToString($"D{LeastDigits}", CultureInfo.InvariantCulture);

    private static bool IsNumbered(string kind, ReadOnlySpan<char> name) => name.StartsWith(kind, StringComparison.Ordinal)
        && int.TryParse(name[kind.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && name[kind.Length..].SequenceEqual(Digits(number));
}
