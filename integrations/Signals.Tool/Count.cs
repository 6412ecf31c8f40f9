using System.Globalization;

namespace Signals.Tool;

/// <summary>Writes counts with the right form of the word: 1 event, 2 events. Pure.</summary>
internal static class Count
{
    /// <param name="number">The count.</param>
    /// <param name="one">The word for one.</param>
    /// <param name="many">The word for any other number; null for the first with an s.</param>
    public static string Of(long number, string one, string? many = null) =>
        $"{Number(number)} {(number == 1 ? one : many ?? one + "s")}";

    /// <summary>A number without a word.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count of events.</summary>
    public static string Events(long number) => Of(number, "event");

    /// <summary>A count of bytes.</summary>
    public static string Bytes(long number) => Of(number, "byte");

    /// <summary>A count of files.</summary>
    public static string Files(long number) => Of(number, "file");

    /// <summary>A count of patches.</summary>
    public static string Patches(long number) => Of(number, "patch", "patches");

    /// <summary>A count of rows.</summary>
    public static string Rows(long number) => Of(number, "row");
}
