using System.Reflection;
using Signals.Core.Definitions.Predicates;
using Signals.Definitions;

namespace Signals.Tests.Core.Definitions;

/// <summary>The lists by which the JSON reader knows the kinds of conditions have every kind.</summary>
[Category("Fast")]
internal sealed class PredicateFormTests
{
    private static readonly string[] Listed = [.. Predicate.Forms.Concat(PredicateColumn.Forms).Select(form => form.Key)];

    [Test]
    public void Forms_OfEveryKindButTheHosts_AreListed()
    {
        Type[] kinds = [.. typeof(Predicate).Assembly.GetTypes()
            .Where(type => type.IsSealed && type.IsSubclassOf(typeof(Predicate)) && !type.IsSubclassOf(typeof(HostPredicate)))];
        Assert.That(kinds, Has.Length.GreaterThanOrEqualTo(8));
        foreach (Type kind in kinds)
        {
            string[] own = [.. kind.GetFields(BindingFlags.Static | BindingFlags.NonPublic)
                .Select(field => field.GetValue(null))
                .SelectMany(value => value as PredicateForm[] ?? (value is PredicateForm one ? [one] : []))
                .Select(form => form.Key)];
            Assert.That(own, Is.Not.Empty.And.SubsetOf(Listed), kind.Name);
        }
    }

    [Test]
    public void Forms_Keys_AreUnique() => Assert.That(Listed.Append("column"), Is.Unique);
}
