using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>A random event type. Columns beyond the declared ones are added by a later reopen.</summary>
internal sealed record MetaType(string Name, MetaColumn[] Columns, int KeepLast, long MaxAgeMs, int WindowMinutes)
{
    /// <summary>A column without values.</summary>
    public const string Wide = "wide";

    private const int WideBytes = 512;

    public static MetaType Random(ref SimRandom random, int index)
    {
        MetaColumn[] columns = new MetaColumn[random.Below(5)];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = MetaColumn.Random(ref random, i);
        }

        int keep = random.Below(3) == 0 ? int.MaxValue : 1 + random.Below(30);
        long age = random.Coin() ? 0 : (1 + random.Below(90)) * 60_000L;
        return new MetaType($"t{index}", columns, keep, age, 1 + random.Below(40));
    }

    /// <summary>Declares the first columns, and once they are all there a wide one that no event has, if wanted.</summary>
    public void Declare(EventTypeBuilder type, int columns, bool isWide = false)
    {
        foreach (MetaColumn column in Columns.AsSpan(0, Math.Min(columns, Columns.Length)))
        {
            column.Declare(type);
        }

        if (isWide && columns >= Columns.Length)
        {
            type.Vector<sbyte>(Wide, WideBytes);
        }

        type.Window(TimeSpan.FromMinutes(WindowMinutes));
        if (KeepLast != int.MaxValue)
        {
            type.KeepLast(KeepLast);
        }

        if (MaxAgeMs != 0)
        {
            type.MaxAge(TimeSpan.FromMilliseconds(MaxAgeMs));
        }
    }
}
