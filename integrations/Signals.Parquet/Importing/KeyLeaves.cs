using Signals.Parquet.Layout;
using Signals.Parquet.Reading;

namespace Signals.Parquet.Importing;

/// <summary>Which leaves of a file are user and time, and how they say it. Pure.</summary>
internal static class KeyLeaves
{
    private const int UserIdBytes = 16;

    /// <summary>The leaf of the user, and what it holds.</summary>
    /// <param name="file">The file.</param>
    /// <param name="column">The column that was named; null for that of our layout.</param>
    /// <param name="kind">What was said that it holds.</param>
    /// <exception cref="ParquetMismatchException">There is none, or it has to be told what it holds.</exception>
    public static (Leaf Leaf, ParquetUserKind Kind) User(SourceFile file, string? column, ParquetUserKind kind)
    {
        Leaf leaf = FindUser(file, column);
        return (leaf, kind != ParquetUserKind.Automatic ? kind : KindOf(file, leaf));
    }

    /// <summary>The unit of a time.</summary>
    /// <param name="file">The file.</param>
    /// <param name="time">The leaf.</param>
    /// <param name="told">The unit of plain numbers, if it was told.</param>
    /// <exception cref="ParquetMismatchException">The leaf is no time, or its unit has to be told.</exception>
    public static LeafTime UnitOf(SourceFile file, Leaf time, ParquetTimeUnit told)
    {
        if (time.Kind == LeafKind.Time)
        {
            return time.Time;
        }

        if (time.Kind is not (LeafKind.Signed or LeafKind.Unsigned))
        {
            throw Unfit(file, time, "a timestamp, a date, or a whole number");
        }

        return told switch
        {
            ParquetTimeUnit.Seconds => LeafTime.Seconds,
            ParquetTimeUnit.Milliseconds => LeafTime.Milliseconds,
            ParquetTimeUnit.Microseconds => LeafTime.Microseconds,
            ParquetTimeUnit.Nanoseconds => LeafTime.Nanoseconds,
            _ => throw Unfit(file, time, $"a time whose unit is told: set {nameof(ParquetImportOptions.TimeUnit)}"),
        };
    }

    /// <summary>The error of a column that is not there.</summary>
    public static ParquetMismatchException Missing(SourceFile file, string column, string wanted, string option) => new(
        file.Path, column, $"not there (the file has: {string.Join(", ", file.Leaves.Select(leaf => leaf.Path))})",
        $"{wanted}; name another column with {option}");

    /// <summary>The error of a column that holds something else.</summary>
    public static ParquetMismatchException Unfit(SourceFile file, Leaf leaf, string wanted) => new(file.Path, leaf.Path, leaf.Text, wanted);

    private static Leaf FindUser(SourceFile file, string? column)
    {
        const string Option = nameof(ParquetImportOptions.UserColumn);
        if (column is not null)
        {
            return file.Find(column) ?? throw Missing(file, column, "a user", Option);
        }

        Leaf? bits = file.Find(LakeFormat.UserId);
        return bits is { Length: UserIdBytes } ? bits
            : file.Find(LakeFormat.User) ?? bits ?? throw Missing(file, LakeFormat.User, "a user", Option);
    }

    private static ParquetUserKind KindOf(SourceFile file, Leaf user) => user.Kind switch
    {
        LeafKind.Signed or LeafKind.Unsigned or LeafKind.Decimal => ParquetUserKind.Number,
        LeafKind.Uuid => ParquetUserKind.Bits,
        LeafKind.Bytes when user.Length == UserIdBytes => ParquetUserKind.Bits,
        LeafKind.Text when file.HasOurLayout && user.Path == LakeFormat.User => ParquetUserKind.CanonicalText,
        LeafKind.Text => throw Unfit(
            file,
            user,
            $"a user whose meaning is told: set {nameof(ParquetImportOptions.UserKind)} to {ParquetUserKind.Name} (hashed), "
            + $"{ParquetUserKind.GuidText} or {ParquetUserKind.CanonicalText}"),
        _ => throw Unfit(file, user, "a user: a whole number, text, 16 bytes or a UUID"),
    };
}
