namespace SmartFhir.Sandbox.Fhir;

/// <summary>Answers searches, <c>$everything</c> and histories with a page of a Bundle.</summary>
public sealed class SearchService(ResourceStore store, SearchParameterCatalog catalog, PatientCompartment compartment, ServerAddress address)
{
    private const string Columns = "r.rid, r.type, r.id, r.version, r.updated, r.deleted, r.json";

    private readonly BundleWriter _writer = new(address.FhirBase);

    /// <param name="type">The resource type.</param>
    /// <param name="parameters">The query or form.</param>
    /// <param name="access">What the token allows.</param>
    /// <param name="strict">Refuse what is not understood (<c>Prefer: handling=strict</c>).</param>
    public ReadOnlyMemory<byte> Search(string type, IEnumerable<KeyValuePair<string, string>> parameters, AccessPolicy access, bool strict)
    {
        IReadOnlyList<Authorization.ResourceScope>? limits = access.Require(type, 's');
        IReadOnlyDictionary<string, SearchParameter> known = catalog.For(type);
        SearchRequest request = SearchRequest.Parse(parameters, known);
        if (strict && request.Unknown.Count > 0)
        {
            throw new FhirRequestException(400, "not-supported", $"Unknown search parameter(s) on {type}: {string.Join(", ", request.Unknown)}.");
        }

        var sql = new SearchSql(type, known, address.FhirBase);
        foreach ((string name, string value) in request.Filters)
        {
            sql.Add(name, value);
        }

        Limit(sql, type, limits, access);
        long? total = request.Total == "none" && request.Summary != "count" ? null : store.Scalar($"SELECT COUNT(*) FROM resource r WHERE {sql.Where}", sql.Parameters);
        if (request.Summary == "count" || request.Count == 0)
        {
            return _writer.Write("searchset", total, [("self", Url(type, request.Understood))], []);
        }

        string order = sql.OrderBy(request.Sort);
        List<StoredResource> found = store.Query($"SELECT {Columns} FROM resource r WHERE {sql.Where} ORDER BY {order} LIMIT {request.Count + 1} OFFSET {request.Offset}", sql.Parameters);
        bool more = found.Count > request.Count;
        if (more)
        {
            found.RemoveAt(found.Count - 1);
        }

        IEnumerable<OutgoingEntry> matches = found.Select(resource => new OutgoingEntry(resource, ResourceShape.Apply(resource.Json, type, request), "match"));
        IEnumerable<OutgoingEntry> included = Included(type, found, request, access).Select(resource => new OutgoingEntry(resource, resource.Json, "include"));
        return _writer.Write("searchset", total, Links(type, request, more), matches.Concat(included));
    }

    /// <summary><c>Patient/{id}/$everything</c>: the patient, everything in the compartment, and what it refers to.</summary>
    public ReadOnlyMemory<byte> Everything(string patientId, IReadOnlyList<KeyValuePair<string, string>> parameters, AccessPolicy access)
    {
        access.Require("Patient", 'r');
        SearchRequest request = SearchRequest.Parse(parameters.Where(parameter => parameter.Key is "_count" or "_cursor"), catalog.For("Patient"));
        string[] types = parameters.FirstOrDefault(parameter => parameter.Key == "_type").Value?.Split(',') ?? [];
        string? since = parameters.FirstOrDefault(parameter => parameter.Key == "_since").Value;
        DateRange range = default;
        if (since is not null && !DateRange.TryParse(since, out range))
        {
            throw new FhirRequestException(400, "value", $"_since is not an instant: '{since}'.");
        }

        const string InRecord = """
            (r.type = 'Patient' AND r.id = $patient)
            OR r.rid IN (SELECT i.rid FROM idx_reference i WHERE i.param IN ('patient', 'subject', 'beneficiary') AND i.system = 'Patient' AND i.value = $patient)
            """;
        string where = $"""
            r.current = 1 AND r.deleted = 0 AND r.updated >= $since AND ({InRecord}
            OR (r.type IN ('Practitioner', 'Organization', 'Location', 'Medication') AND EXISTS (SELECT 1 FROM idx_reference f JOIN resource s ON s.rid = f.rid
                WHERE f.system = r.type AND f.value = r.id AND f.rid IN (SELECT i.rid FROM idx_reference i WHERE i.param IN ('patient', 'subject') AND i.system = 'Patient' AND i.value = $patient))))
            """;
        (string, object?)[] values = [("$patient", patientId), ("$since", since is null ? 0L : range.Low)];
        StoredResource[] all = [.. store.Query($"SELECT {Columns} FROM resource r WHERE {where} ORDER BY r.type <> 'Patient', r.type, r.rid", values)
            .Where(resource => (types.Length == 0 || types.Contains(resource.Type, StringComparer.Ordinal)) && access.Allows(resource.Type, 'r'))];
        OutgoingEntry[] page = [.. all.Skip((int)request.Offset).Take(request.Count).Select(resource => new OutgoingEntry(resource, resource.Json, "match"))];
        return _writer.Write("searchset", all.Length, Links($"Patient/{patientId}/$everything", request, request.Offset + page.Length < all.Length, parameters), page);
    }

    /// <summary>The versions of a resource, a type or the whole server, the newest first.</summary>
    public ReadOnlyMemory<byte> History(string? type, string? id, IReadOnlyList<KeyValuePair<string, string>> parameters, AccessPolicy access)
    {
        SearchRequest request = SearchRequest.Parse(parameters.Where(parameter => parameter.Key is "_count" or "_cursor"), catalog.For("Patient"));
        IReadOnlyList<Authorization.ResourceScope>? limits = access.Require(type ?? "Patient", id is null ? 's' : 'r');
        string limit = limits is not null && limits.All(scope => scope.Context == "patient")
            ? type is null ? "r.type IN (SELECT 'Patient') AND r.id = $patient" : compartment.Condition(type, "$patient")
            : "1";
        string where = $"{(type is null ? "1" : "r.type = $type")} AND {(id is null ? "1" : "r.id = $id")} AND {limit}";
        (string, object?)[] values = [("$type", type), ("$id", id), ("$patient", access.PatientId)];
        long total = store.Scalar($"SELECT COUNT(*) FROM resource r WHERE {where}", values);
        if (id is not null && total == 0)
        {
            throw new FhirRequestException(404, "not-found", $"There is no {type}/{id}.");
        }

        List<StoredResource> found = store.Query($"SELECT {Columns} FROM resource r WHERE {where} ORDER BY r.updated DESC, r.rid DESC LIMIT {request.Count} OFFSET {request.Offset}", values);
        string path = string.Join('/', new[] { type, id, "_history" }.OfType<string>());
        return _writer.Write("history", total, Links(path, request, request.Offset + found.Count < total), found.Select(resource => new OutgoingEntry(resource, resource.Json, null)));
    }

    /// <summary>One resource, when the token allows it.</summary>
    public StoredResource Read(string type, string id, int? version, AccessPolicy access)
    {
        IReadOnlyList<Authorization.ResourceScope>? limits = access.Require(type, 'r');
        StoredResource resource = (version is { } number ? store.Find(type, id, number) : store.Find(type, id))
            ?? throw new FhirRequestException(404, "not-found", $"There is no {type}/{id}{(version is null ? "" : $" in version {version}")}.");
        if (resource.Deleted)
        {
            throw new FhirRequestException(410, "deleted", $"{type}/{id} was deleted.");
        }

        if (limits is not null)
        {
            var sql = new SearchSql(type, catalog.For(type), address.FhirBase);
            sql.AddRaw("r.id = $self", ("$self", id));
            Limit(sql, type, limits, access);
            if (store.Scalar($"SELECT COUNT(*) FROM resource r WHERE {sql.Where}", sql.Parameters) == 0)
            {
                throw new FhirRequestException(403, "forbidden", $"The token does not open {type}/{id}: it is in another patient's record, or outside of the scope's limits.")
                {
                    Challenge = "Bearer error=\"insufficient_scope\"",
                };
            }
        }

        return resource;
    }

    /// <summary>Narrows a search to what the scopes open: any one of them is enough.</summary>
    private void Limit(SearchSql sql, string type, IReadOnlyList<Authorization.ResourceScope>? limits, AccessPolicy access)
    {
        if (limits is null)
        {
            return;
        }

        var alternatives = new List<string>();
        foreach (Authorization.ResourceScope scope in limits)
        {
            string condition = scope.Context == "patient" ? compartment.Condition(type, "$patient") : "1";
            alternatives.Add(scope.Query.Length == 0 ? condition : $"({condition} AND {ScopeQuery(type, scope.Query)})");
        }

        sql.AddRaw($"({string.Join(" OR ", alternatives)})", ("$patient", access.PatientId));

        // The constraint of a scope is a search of its own; its values come from the token, not from the request.
        string ScopeQuery(string resourceType, string query)
        {
            var inner = new SearchSql(resourceType, catalog.For(resourceType), address.FhirBase);
            foreach (string pair in query.Split('&'))
            {
                string[] halves = pair.Split('=', 2);
                inner.Add(Uri.UnescapeDataString(halves[0]), Uri.UnescapeDataString(halves.Length == 2 ? halves[1] : ""));
            }

            string suffix = $"s{alternatives.Count}";
            string where = inner.Where;
            foreach ((string name, object? value) in inner.Parameters.Where(parameter => parameter.Name != "$type").OrderByDescending(parameter => parameter.Name.Length))
            {
                where = where.Replace(name, $"{name}{suffix}", StringComparison.Ordinal);
                sql.AddRaw("1", ($"{name}{suffix}", value));
            }

            return $"({where})";
        }
    }

    private List<StoredResource> Included(string type, List<StoredResource> found, SearchRequest request, AccessPolicy access)
    {
        var included = new Dictionary<string, StoredResource>(StringComparer.Ordinal);
        if (found.Count == 0)
        {
            return [];
        }

        string rows = string.Join(',', found.Select(resource => resource.RowId));
        foreach (string include in request.Include)
        {
            (string source, string parameter, string? target) = Split("_include", include);
            if (source == type)
            {
                Add(store.Query(
                    $"SELECT {Columns} FROM resource r WHERE r.current = 1 AND r.deleted = 0 AND EXISTS (SELECT 1 FROM idx_reference i WHERE i.rid IN ({rows}) AND ($param = '*' OR i.param = $param) AND i.system = r.type AND i.value = r.id) AND ($target IS NULL OR r.type = $target)",
                    ("$param", parameter), ("$target", target)));
            }
        }

        foreach (string include in request.ReverseInclude)
        {
            (string source, string parameter, _) = Split("_revinclude", include);
            Add(store.Query(
                $"SELECT {Columns} FROM resource r WHERE r.type = $source AND r.current = 1 AND r.deleted = 0 AND r.rid IN (SELECT i.rid FROM idx_reference i JOIN resource m ON m.type = i.system AND m.id = i.value WHERE i.type = $source AND i.param = $param AND m.rid IN ({rows}))",
                ("$source", source), ("$param", parameter)));
        }

        return [.. included.Values];

        void Add(IEnumerable<StoredResource> resources)
        {
            foreach (StoredResource resource in resources.Where(resource => access.Allows(resource.Type, 'r') && found.TrueForAll(match => match.RowId != resource.RowId)))
            {
                included.TryAdd(resource.Reference, resource);
            }
        }
    }

    private (string Source, string Parameter, string? Target) Split(string name, string value)
    {
        string[] parts = value.Split(':');
        bool known = parts.Length is 2 or 3 && SearchParameterCatalog.IsResourceType(parts[0])
            && (parts[1] == "*" || (catalog.For(parts[0]).TryGetValue(parts[1], out SearchParameter? parameter) && parameter.Kind == Hl7.Fhir.Model.SearchParamType.Reference));
        return known
            ? (parts[0], parts[1], parts.Length == 3 ? parts[2] : null)
            : throw new FhirRequestException(400, "value", $"{name}: '{value}' is not <type>:<reference parameter>[:<target type>].");
    }

    private List<(string Relation, string Url)> Links(string path, SearchRequest request, bool more, IReadOnlyList<KeyValuePair<string, string>>? parameters = null)
    {
        KeyValuePair<string, string>[] kept = [.. (parameters ?? request.Understood).Where(parameter => parameter.Key != "_cursor")];
        List<(string, string)> links = [("self", Url(path, kept)), ("first", Url(path, kept))];
        if (more)
        {
            links.Add(("next", Url(path, [.. kept, new("_cursor", (request.Offset + request.Count).ToString(System.Globalization.CultureInfo.InvariantCulture))])));
        }

        return links;
    }

    private string Url(string path, IReadOnlyList<KeyValuePair<string, string>> parameters) =>
        $"{address.FhirBase.AbsoluteUri}/{path}{QueryString.Create(parameters.Select(parameter => new KeyValuePair<string, string?>(parameter.Key, parameter.Value)))}";
}
