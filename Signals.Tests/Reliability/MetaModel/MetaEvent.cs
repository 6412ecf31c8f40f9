namespace Signals.Tests.Reliability.MetaModel;

/// <summary>One event as the model holds it.</summary>
internal sealed record MetaEvent(int User, int Type, long Time, ulong Id, MetaCell[] Cells)
{
    public MetaCell Cell(int column) => column < Cells.Length ? Cells[column] : MetaCell.Absent;
}
