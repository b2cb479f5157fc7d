"""The functions a query may call by name, beside those sqlglot has a type for: they compute from their arguments, no more."""

from __future__ import annotations

from core.execution.words import words

_COMMON = words("""
    abs acos acosh ascii asin asinh atan atanh avg bit_and bit_count bit_length bit_or bit_xor cbrt ceil ceiling char
    char_length character_length chr coalesce concat concat_ws corr cos cosh cot count covar_pop covar_samp cume_dist date
    date_add date_diff date_part date_sub date_trunc datediff dayname dayofmonth dayofweek dayofyear degrees dense_rank every
    exp extract first_value floor format from_base64 gcd greatest group_concat hex hour if ifnull initcap instr isnull
    json_array json_array_length json_extract json_object json_type json_valid lag last_day last_value lcm lead least left
    length ln locate log log10 log2 lower lpad ltrim max md5 median min minute mod mode month monthname now nth_value ntile
    nullif nvl octet_length overlay percent_rank percentile_cont percentile_disc pi position pow power quarter radians random
    rank regexp_count regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse right round row_number rpad
    rtrim second sha1 sha2 sha256 sign sin sinh soundex space split_part sqrt stddev stddev_pop stddev_samp strpos substr
    substring sum tan tanh to_base64 to_char to_date to_number to_timestamp translate trim trunc truncate typeof unhex unicode
    upper uuid var_pop var_samp variance week weekday weekofyear width_bucket year
""")

_SQLITE = words("""
    acosd bm25 concat_ws datetime fts5_highlight generate_series glob highlight iif json json_each json_error_position
    json_group_array json_group_object json_insert json_patch json_pretty json_quote json_remove json_replace json_set
    json_tree jsonb jsonb_array jsonb_each jsonb_extract jsonb_object jsonb_tree julianday like likelihood likely matchinfo
    octet_length offsets pragma_foreign_key_list pragma_index_info pragma_index_list pragma_index_xinfo pragma_table_info
    pragma_table_list pragma_table_xinfo printf quote randomblob regexp snippet sqlite_version strftime string_agg subtype
    time timediff total unistr unixepoch unlikely zeroblob
""")

_MYSQL = words("""
    add_months adddate addtime any_value bin bin_to_uuid bit_length char_length chr conv convert_tz crc32 curdate curtime
    date_format elt export_set field find_in_set format_bytes from_days from_unixtime get_format grouping inet6_aton
    inet6_ntoa inet_aton inet_ntoa insert is_ipv4 is_ipv6 is_uuid json_arrayagg json_compact json_contains
    json_contains_path json_depth json_detailed json_exists json_insert json_keys json_length json_loose json_merge_patch
    json_merge_preserve json_normalize json_objectagg json_overlaps json_pretty json_query json_quote json_remove json_replace
    json_search json_set json_storage_size json_table json_unquote json_value lcase make_set makedate maketime microsecond mid
    months_between natural_sort_key nvl2 oct ord period_add period_diff quote rand regexp_like sec_to_time sformat st_area
    st_asgeojson st_astext st_aswkb st_contains st_distance st_distance_sphere st_geomfromtext st_intersects st_length
    st_within st_x st_y std str_to_date strcmp subdate substring_index subtime sysdate time time_format time_to_sec timediff
    timestamp timestampadd timestampdiff to_char to_days to_seconds ucase uncompressed_length unix_timestamp utc_date utc_time
    utc_timestamp uuid_to_bin version weight_string yearweek
""")

_POSTGRES = words("""
    acosd age any_value area array_agg array_append array_cat array_dims array_fill array_length array_lower array_ndims
    array_position array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper asind
    atan2d atand bool bool_and bool_or bpchar broadcast btrim cardinality clock_timestamp col_description convert_from
    convert_to cosd cotd date_bin daterange decode div encode enum_first enum_last enum_range erf erfc factorial family first
    float4 float8 format_type gen_random_uuid generate_subscripts host hostmask int2 int4 int4range int8 int8range isempty
    isfinite json_agg json_array_elements json_array_elements_text json_build_array json_build_object json_each json_each_text
    json_extract_path json_extract_path_text json_object_agg json_object_keys json_populate_record json_populate_recordset
    json_strip_nulls json_to_record json_to_recordset json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text
    jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
    jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_match
    jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_populate_record jsonb_populate_recordset jsonb_pretty
    jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days justify_hours justify_interval
    last lower_inc lower_inf make_date make_interval make_time make_timestamp make_timestamptz masklen min_scale multirange
    netmask network normalize num_nonnulls num_nulls numeric numnode numrange obj_description parse_ident pg_column_size
    pg_get_viewdef pg_size_pretty pg_typeof phraseto_tsquery plainto_tsquery quote_ident quote_literal quote_nullable
    range_agg range_intersect_agg range_merge regexp_match regexp_matches regexp_split_to_array regexp_split_to_table
    regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy row row_to_json scale
    set_masklen setweight sha224 sha384 sha512 similarity sind st_area st_asgeojson st_astext st_buffer st_centroid
    st_contains st_distance st_dwithin st_geomfromtext st_intersects st_length st_makepoint st_setsrid st_transform st_within
    st_x st_y statement_timestamp string_agg string_to_array string_to_table strip tand text textlen time_bucket
    time_bucket_gapfill timeofday timestamptz timezone to_ascii to_hex to_json to_jsonb to_tsquery to_tsvector
    transaction_timestamp trim_array trim_scale ts_headline ts_rank ts_rank_cd tsrange tstzrange unaccent unistr unnest
    upper_inc upper_inf varchar websearch_to_tsquery word_similarity xmlagg xmlcomment xpath xpath_exists
""")

_DUCKDB = words("""
    add age aggregate ago any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min
    arg_min_null argmax argmin array_agg array_aggr array_aggregate array_apply array_cat array_concat array_contains
    array_cosine_distance array_cosine_similarity array_cross_product array_distance array_distinct array_dot_product
    array_extract array_filter array_grade_up array_has array_has_all array_has_any array_indexof array_inner_product
    array_intersect array_length array_pop_back array_pop_front array_position array_prepend array_push_back array_push_front
    array_reduce array_resize array_reverse array_reverse_sort array_select array_slice array_sort array_to_json
    array_to_string array_transform array_unique array_value array_where array_zip bar base64 bin bit_position bitstring
    bitstring_agg bool_and bool_or cardinality century contains current_localtime damerau_levenshtein datepart datesub
    datetrunc days_in_month decade decode divide duckdb_columns duckdb_constraints duckdb_functions duckdb_schemas
    duckdb_tables duckdb_types duckdb_views editdist3 element_at encode ends_with entropy enum_code enum_first enum_last
    enum_range enum_range_boundary epoch epoch_ms epoch_ns epoch_us era even factorial favg fdiv first flatten fmod
    format_bytes formatreadabledecimalsize formatreadablesize from_binary from_hex from_json fsum gamma gen_random_uuid
    generate_series generate_subscripts geomean geometric_mean get_bit get_current_timestamp grade_up hamming hash histogram
    histogram_exact isfinite isinf isnan isodow isoyear jaccard jaro_similarity jaro_winkler_similarity json_array_length
    json_contains json_each json_exists json_extract_path json_extract_path_text json_extract_string json_group_array
    json_group_object json_group_structure json_insert json_keys json_merge_patch json_pretty json_quote json_replace
    json_serialize_sql json_structure json_transform json_transform_strict json_tree json_value julian kahan_sum kurtosis
    kurtosis_pop last left_grapheme len length_grapheme levenshtein lgamma list list_aggr list_aggregate list_any_value
    list_append list_apply list_approx_count_distinct list_avg list_bool_and list_bool_or list_cat list_concat list_contains
    list_cosine_similarity list_count list_distance list_distinct list_dot_product list_element list_entropy list_extract
    list_filter list_first list_grade_up list_has list_has_all list_has_any list_histogram list_indexof list_inner_product
    list_intersect list_kurtosis list_last list_mad list_max list_median list_min list_mode list_pack list_position
    list_prepend list_product list_reduce list_resize list_reverse list_reverse_sort list_select list_skewness list_slice
    list_sort list_stddev_pop list_stddev_samp list_string_agg list_sum list_transform list_unique list_value list_var_pop
    list_var_samp list_where list_zip lttb mad make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns
    make_timestamptz map map_concat map_contains map_contains_entry map_contains_value map_entries map_extract
    map_extract_value map_from_entries map_keys map_values max_by md5_number mean microsecond millennium millisecond min_by
    mismatches mod multiply nanosecond nextafter nfc_normalize normalized_interval ord parse_dirname parse_dirpath
    parse_filename parse_path prefix printf product quantile quantile_cont quantile_disc range regexp_escape regexp_extract
    regexp_extract_all regexp_full_match regexp_matches regexp_split_to_array regexp_split_to_table regr_avgx regr_avgy
    regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy reservoir_quantile right_grapheme round_even
    roundbankers row row_to_json sem set_bit signbit skewness split starts_with stats str_split str_split_regex strftime
    string_agg string_split string_split_regex string_to_array strip_accents strlen strptime struct_concat struct_extract
    struct_extract_at struct_insert struct_keys struct_pack struct_update struct_values substring_grapheme subtract suffix
    sum_no_overflow sumkahan switch time_bucket timezone timezone_hour timezone_minute to_base to_binary to_centuries to_days
    to_decades to_hex to_hours to_json to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters
    to_seconds to_weeks to_years today transaction_timestamp trim try_strptime unbin union_extract union_tag union_value
    unnest url_decode url_encode uuidv4 uuidv7 var_pop wavg weighted_avg xor yearweek
""")

_BY_DIALECT = {"sqlite": _SQLITE, "mysql": _MYSQL, "postgres": _POSTGRES, "duckdb": _DUCKDB}

TYPED_BUT_REFUSED = words("""
    AIAgg AIClassify AIEmbed AIForecast AIGenerate AISimilarity AISummarizeAgg Apply ConnectByRoot CurrentIpAddress
    CurrentSession CurrentStatement DynamicIdentifier FeaturesAtTime GapFill GenerateBool GenerateDouble GenerateEmbedding
    GenerateInt GenerateTable GenerateText Generator MLForecast MLTranslate NetFunc NextValueFor OpenJSON Predict ReadCSV
    ReadParquet SafeFunc Secret ToFile VectorSearch
""")
"""sqlglot's own types that read files, call models or the network, or move a sequence."""


def allowed(name: str, dialect: str) -> bool:
    """True for a function that only computes. For a dialect without a list of its own, the common ones."""
    name = name.lower()
    return name in _COMMON or name in _BY_DIALECT.get(dialect, frozenset())
