using SmartFhir.Authorization;
using SmartFhir.Tests.Support;

namespace SmartFhir.Tests.Authorization;

public sealed class ScopeTests
{
    [Theory]
    [InlineData("patient/Observation.rs", "patient", "Observation", "rs", "")]
    [InlineData("user/*.cruds", "user", "*", "cruds", "")]
    [InlineData("system/Patient.read", "system", "Patient", "rs", "")]
    [InlineData("patient/Condition.write", "patient", "Condition", "cud", "")]
    [InlineData("user/Encounter.*", "user", "Encounter", "cruds", "")]
    [InlineData("patient/Observation.rs?category=laboratory", "patient", "Observation", "rs", "category=laboratory")]
    public void A_resource_scope_is_read_in_either_syntax(string text, string context, string type, string permissions, string constraint)
    {
        Assert.True(SmartScope.TryParse(text, out SmartScope? scope));
        Assert.Equal(new SmartScope(context, type, permissions, constraint), scope);
    }

    [Theory]
    [InlineData("openid")]
    [InlineData("launch/patient")]
    [InlineData("patient/Observation")]
    [InlineData("patient/Observation.sr")]
    [InlineData("patient/Observation.rr")]
    [InlineData("patient/.rs")]
    [InlineData("other/Observation.rs")]
    public void Anything_else_is_not_a_resource_scope(string text) => Assert.False(SmartScope.TryParse(text, out _));

    [Theory]
    [InlineData(new[] { "permission-v2" }, "patient/*.rs")]
    [InlineData(new[] { "permission-v1", "permission-v2" }, "patient/*.rs")]
    [InlineData(new[] { "permission-v1" }, "patient/*.read")]
    [InlineData(new string[0], "patient/*.read")]
    public void The_default_scopes_are_written_as_the_server_announces(string[] capabilities, string expected) =>
        Assert.Equal(["openid", "fhirUser", "launch/patient", expected, "offline_access"], DefaultScopes.For(TestConfigurations.Create(capabilities: capabilities)));

    [Fact]
    public void The_published_scopes_decide_where_the_capabilities_are_silent() =>
        Assert.Contains("patient/*.rs", DefaultScopes.For(TestConfigurations.Create(scopes: ["openid", "patient/Observation.rs"])));

    [Fact]
    public void Wildcards_are_expanded_only_for_servers_that_are_known_to_refuse_them()
    {
        IReadOnlyList<string> scopes = DefaultScopes.For(TestConfigurations.Create(
            aud: "https://fhir-ehr.cerner.com/r4/tenant", capabilities: ["permission-v2"], scopes: ["patient/Observation.rs", "patient/Patient.rs", "patient/Condition.c", "user/Task.rs"]));

        Assert.Equal(["openid", "fhirUser", "launch/patient", "patient/Observation.rs", "patient/Patient.rs", "offline_access"], scopes);
    }

    private static IReadOnlyList<string> Missing(string asked, string? granted, string? patient = "1", string? refresh = "r", string? idToken = "i") =>
        ScopeComparison.Missing(asked.Split(' '), new TokenResponse { AccessToken = "a", TokenType = "Bearer", Scope = granted, Patient = patient, RefreshToken = refresh, IdToken = idToken });

    [Theory]
    [InlineData("patient/*.rs", "patient/*.read")]
    [InlineData("patient/Observation.rs", "patient/*.cruds")]
    [InlineData("patient/Observation.rs", "patient/Observation.r patient/Observation.s")]
    [InlineData("patient/Observation.rs?category=laboratory", "patient/Observation.rs")]
    [InlineData("openid fhirUser launch/patient offline_access patient/*.rs", "patient/*.rs")]
    public void Nothing_is_missing_when_the_grant_covers_what_was_asked(string asked, string granted) => Assert.Empty(Missing(asked, granted));

    [Fact]
    public void A_grant_without_a_scope_member_is_what_was_asked() => Assert.Empty(Missing("patient/*.rs system/*.rs", null));

    [Theory]
    [InlineData("patient/*.rs", "patient/Observation.rs")]
    [InlineData("patient/Observation.rs", "patient/Observation.r")]
    [InlineData("patient/Observation.rs", "patient/Observation.rs?category=laboratory")]
    [InlineData("patient/Observation.rs", "user/Observation.rs")]
    [InlineData("custom", "patient/*.rs")]
    public void What_was_not_granted_is_named(string asked, string granted) => Assert.Equal([asked], Missing(asked, granted));

    [Fact]
    public void Offline_access_is_missing_when_no_refresh_token_came() => Assert.Equal(["offline_access"], Missing("offline_access openid", "openid", refresh: null));

    [Fact]
    public void The_parts_of_a_narrowed_wildcard_are_named() =>
        Assert.Equal(["patient/Observation.rs", "patient/Patient.r"], ScopeComparison.PartsOf("patient/*.rs", "openid patient/Observation.rs user/Task.rs patient/Patient.r patient/Condition.c"));
}
