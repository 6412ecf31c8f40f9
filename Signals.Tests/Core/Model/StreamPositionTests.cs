using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Tests.Core.Model;

/// <summary>The order of stream positions, and the distance between two.</summary>
[Category("Fast")]
internal sealed class StreamPositionTests
{
    private static readonly StreamPosition Early = new(3);
    private static readonly StreamPosition Late = new(1L << 40);

    [Test]
    public void Compare_EarlierWithLater_AllOperatorsAgree()
    {
        Assert.That((Early < Late, Early <= Late, Early > Late, Early >= Late), Is.EqualTo((true, true, false, false)));
        StreamPosition same = new(Early.Value);
        Assert.That((Early < same, Early <= same, Early > same, Early >= same), Is.EqualTo((false, true, false, true)));
        Assert.That(Early.CompareTo(Late), Is.LessThan(0));
        Assert.That((StreamPosition.Min(Early, Late), StreamPosition.Max(Early, Late)), Is.EqualTo((Early, Late)));
        Assert.That(StreamPosition.Start < Early && Late < StreamPosition.Greatest);
    }

    [Test]
    public void Add_TheDistance_GivesTheOther() => Assert.That(Early + (Late - Early), Is.EqualTo(Late));

    [Test]
    public void ToString_OfAPosition_IsItsNumber() => Assert.That($"{Early}", Is.EqualTo("3"));

    [Test]
    public void Size_IsThatOfItsNumber() => Assert.That(Unsafe.SizeOf<StreamPosition>(), Is.EqualTo(sizeof(long)));
}
